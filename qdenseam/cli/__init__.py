"""The command line: each command is a thin shell over public functions, in a file of its own."""


def main() -> None:
    """Run the command that ``sys.argv`` names and exit with its status.

    0 means done, 2 a bad request (one paragraph on stderr says which), 130 an interruption by
    Ctrl-C, 143 one by SIGTERM.
    """
    from qdenseam.cli import interrupts

    interrupts.heed()
    from qdenseam.cli.app import app

    app(prog_name="qdenseam")
