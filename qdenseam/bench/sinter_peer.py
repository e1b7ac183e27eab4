"""sinter with a sampler that samples nothing; imported only where sinter is installed."""

from pathlib import Path

import sinter
import stim


class Nothing(sinter.Sampler, sinter.CompiledSampler):
    """One shot without an error, at once."""

    def compiled_sampler_for_task(self, task: sinter.Task) -> sinter.CompiledSampler:  # noqa: ARG002
        """Return the sampler itself."""
        return self

    def sample(self, suggested_shots: int) -> sinter.AnonTaskStats:  # noqa: ARG002
        """Return one shot."""
        return sinter.AnonTaskStats(shots=1, errors=0, seconds=0)


def collect_trivial(num_tasks: int, place: Path) -> None:
    """Collect one shot of each task, resuming from the file."""
    circuit = stim.Circuit("M 0\nDETECTOR rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1]")
    tasks = [
        sinter.Task(circuit=circuit, decoder="none", json_metadata={"x": x})
        for x in range(num_tasks)
    ]
    sinter.collect(
        num_workers=1,
        tasks=tasks,
        max_shots=1,
        custom_decoders={"none": Nothing()},
        save_resume_filepath=place,
        print_progress=False,
    )
