"""What happened in a recall, in words: from facts to sentences."""

from collections.abc import Sequence

_MAX_NAMED = 6  # neurons that are named one by one


def sentences(
    *,
    shots: int,
    accepted: int,
    top_count: int,
    num_tied: int,
    pattern_index: int | None,
    num_stored: int,
    num_matching: int,
    contradicted: Sequence[int],
    predicted_probability: float | None,
    unit: str = "shots",
) -> list[str]:
    """Return what a result says, the most important first.

    Args:
        shots: All shots, rejected ones included.
        accepted: Accepted shots.
        top_count: Of these, those that show the most frequent outcome, which is the answer.
        num_tied: Outcomes that are as frequent as the answer, itself included.
        pattern_index: Which stored pattern the answer is; None if it is none.
        num_stored: Accepted shots that show a stored pattern.
        num_matching: Stored patterns that agree with every known neuron of the probe.
        contradicted: Known neurons at which the answer differs from the probe.
        predicted_probability: The answer's, given acceptance, by the method's law.
        unit: What is counted: an adaptive method takes many shots for each of its ``"searches"``.
    """
    if accepted == 0:
        other = "" if num_matching else "a method that tolerates more errors, or "
        fits = f"{_agree(num_matching)}; use {other}more {unit}."
        return [f"None of {shots} {unit} was accepted.", fits]
    answer = "a spurious state" if pattern_index is None else f"stored pattern {pattern_index}"
    kept = f"{accepted} accepted" if accepted < shots else f"{shots}"
    shown = f"Recalled {answer} in {top_count / accepted:.1%} of {kept} {unit}"
    if top_count < accepted or pattern_index is None:
        shown += f", stored patterns in {num_stored / accepted:.1%}"
    if accepted < shots:
        shown += f" ({accepted / shots:.1%} of {shots} were accepted)"
    said = [f"{shown}."]
    if predicted_probability is not None:
        said.append(f"The law predicts {predicted_probability:.1%} for it.")
    if num_tied > 1:
        said.append(f"It is the first of {num_tied} equally frequent outcomes.")
    return said + fit_sentences(num_matching, contradicted)


def fit_sentences(num_matching: int, contradicted: Sequence[int]) -> list[str]:
    """Return what is to be said of how an answer fits its probe; nothing where all is well.

    Args:
        num_matching: Stored patterns that agree with every known neuron of the probe.
        contradicted: Known neurons at which the answer differs from the probe.
    """
    agree = _agree(num_matching)
    if contradicted and num_matching:
        though = agree[0].lower() + agree[1:]
        return [f"It contradicts the probe at {_neurons(contradicted)}, though {though}."]
    if contradicted:
        return [f"{agree}; this answer differs at {_neurons(contradicted)}."]
    return [] if num_matching == 1 else [f"{agree}."]


def _agree(number: int) -> str:
    few = {0: "No stored pattern agrees", 1: "One stored pattern agrees"}
    return f"{few.get(number, f'{number} stored patterns agree')} with every known neuron"


def _neurons(positions: Sequence[int]) -> str:
    named = ", ".join(map(str, positions[:_MAX_NAMED]))
    if len(positions) > _MAX_NAMED:
        return f"{len(positions)} known neurons ({named}, ...)"
    return f"known neuron{'' if len(positions) == 1 else 's'} {named}"
