# %% [markdown]
# # Ten minutes
#
# From nothing to a capacity curve. Patterns are stored, a damaged one is recalled by a classical
# memory and by a quantum circuit, what the shots say is held against the circuit's exact law, and
# a small study counts how many patterns each can hold. Nothing here needs more than this machine:
# all of it takes well under a minute of its time.

# %%
import tempfile
from pathlib import Path

import pandas as pd
from matplotlib import pyplot as plt

from classical_ref import DenseMemory, Exponential, digits, erase, spins_to_text
from qdenseam import AmplitudeMemory, recall
from qdenseam.experiments.study_capacities import capacity_rows
from qdenseam.methods import AmplitudeAmplification
from qdenseam.plots.gallery import plot_state
from qdenseam.studies.registry import open_study

# %% [markdown]
# ## 1. Patterns and a probe
#
# A pattern is a row of D spins: +1 is white, -1 is ink. As text they are bits, `0` and `1`. These
# are eight handwritten digits of 4 × 4 pixels, one of them with half of its pixels lost: unknown
# spins are 0, written `?`. Pictures of your own come in by `as_patterns("photos/",
# num_neurons=16)`.

# %%
data = digits(16).select(8, min_distance=3, rng=2)
patterns = data.patterns
target = patterns[0]
probe = erase(target, 8, rng=2)
print(patterns.shape, "patterns, their shape (K, D)")
print(spins_to_text(target), "stored")
print(spins_to_text(probe), "probe")

# %% [markdown]
# ## 2. Recall by a classical memory
#
# A dense associative memory descends in the energy $E(\sigma) = -\sum_\mu F(\xi^\mu\cdot\sigma)$.
# With an exponential $F$ this steep, and its known spins held, it is an exact scan for the nearest
# pattern: the floor below which no recall here can fail.

# %%
dense = DenseMemory(patterns, Exponential(1.6))
classical = dense.recall(
    probe, clamped=probe != 0, update="synchronous", self_interaction="kept", rng=0
)
print(spins_to_text(classical.states), "recalled after", classical.sweeps, "sweeps")

# %% [markdown]
# ## 3. Recall by a quantum circuit
#
# The same patterns become the amplitudes of a state of D qubits,
# $|M\rangle = K^{-1/2}\sum_\mu|\xi^\mu\rangle$: neuron i is qubit i. Grover rounds about that state
# raise the amplitudes of the patterns that agree with the known spins, and a measurement gives one
# pattern per shot. Here 500 shots are run gate by gate on Aer.

# %%
memory = AmplitudeMemory(patterns)
method = AmplitudeAmplification()
result = recall(memory, probe, method=method, sampler="aer", shots=500, rng=1)
result

# %%
fig, axes = plt.subplots(1, 4, figsize=(8, 2.3))
shown = {
    "stored": target,
    "probe": probe,
    "dense memory": classical.states,
    "amplification": result.pattern,
}
for ax, (title, state) in zip(axes, shown.items(), strict=True):
    plot_state(state, data.shape, ax=ax)
    ax.set_title(title)
plt.show()

# %% [markdown]
# ## 4. Its law
#
# A method is a circuit *and its law*: the exact distribution of one shot, computed without the
# circuit. That is how a circuit is checked, how a quantum result can be drawn at sizes that no
# simulator reaches (`sampler="exact"`), and what a device must be held against. A claim that two
# patterns match, where one does, makes a law worth looking at.

# %%
claimed = AmplitudeAmplification(num_matches=2)
law = claimed.law(memory, probe)
shots = recall(memory, probe, method=claimed, sampler="aer", shots=500, rng=2)
fig, ax = plt.subplots(figsize=(7, 3))
ax.bar(range(8), shots.counts / shots.shots, color="#009E73", label="500 shots on Aer")
ax.plot(range(8), law.joint, "k_", markersize=22, label="law")
ax.set_xlabel("stored pattern")
ax.set_ylabel("P(pattern)")
ax.legend()
plt.show()
print("one shot costs", method.resources(memory, probe))

# %% [markdown]
# Writing K patterns into amplitudes takes about K·D gates each time, while a classical scan reads
# K·D bits once: no speed-up is claimed, and the scan stands in every comparison.
#
# ## 5. How many patterns? A study
#
# A study is data, contenders and axes in a TOML file. Every contender gets the same patterns and
# the same probes, every rate has its interval, and whatever is finished stays in a results file.
# On the command line it is `qdenseam collect load.toml`, then `qdenseam report load`.

# %%
STUDY = """
title = "Recall against load"
seed = 7
[data]
source = "random"
num_neurons = 16
[[axes]]
num_patterns = [2, 4, 8, 16, 32, 64, 128]
flips = 2
[sampling]
pattern_sets = 20
probes = 10
shots = 100
[[contender]]
recall = "separation-filter(hamming-ball($flips), amplified=1/$num_patterns)"
label = "quantum: amplified filter"
[[contender]]
recall = "hopfield"
label = "Hopfield (Hebb)"
[[contender]]
recall = "dense(rectified-polynomial(3), update=synchronous, self_interaction=kept)"
label = "dense, order 3"
[[contender]]
recall = "best-exponential"
label = "dense, exponential"
[[contender]]
recall = "sample-and-accept(hamming-ball($flips))"
label = "measure and accept"
[[contender]]
recall = "nearest"
label = "nearest-neighbor scan"
[[contender]]
recall = "nearest(at=$flips)"
label = "scan told the flips"
[[figure]]
x = "num_patterns"
[[capacity]]
failure_rate = 0.1
"""

folder = Path(tempfile.mkdtemp())
(folder / "study.toml").write_text(STUDY)
study = open_study(folder / "study.toml")
study.run(folder / "results.jsonl")
found = study.read(folder / "results.jsonl")

# %% [markdown]
# ## 6. The capacity curve
#
# The share of recalls that fail, over all probes, with 95 % intervals over pattern sets. A probe
# with two flips may be as near to another pattern: then even a scan fails, and the limit is the
# data's, not the memory's. The two filters are told how many bits are flipped, so that a scan which
# is told as much stands beside them. The capacity is the K up to which at most a tenth of the
# recalls fail, between loads by interpolation; `> 111` was not reached, by the lower bound.

# %%
found.drawn(study.figures[0])

# %%
(asked,) = study.study.capacities
pd.DataFrame(capacity_rows(found.results, asked))[["label", "capacity"]]

# %%
for sentence in found.sentences:
    print("-", sentence)

# %% [markdown]
# The report is one page that needs no other file: what the study shows, the figures, a table with
# intervals, the settings and versions that made it, and the command that makes it again.

# %%
page = study.write_report(found, folder, command="qdenseam collect load.toml")
print(f"{page.name}: {page.stat().st_size / 1000:.0f} kB")

# %%
assert (result.pattern == target).all()
assert (classical.states == target).all()
assert result.counts.sum() == result.accepted
assert abs(shots.counts[0] / 500 - law.joint[0]) < 0.14, "six standard deviations at most"
quantum, hopfield = (
    found.table[found.table["label"] == label]["failure_rate"].to_numpy()
    for label in ("quantum: amplified filter", "Hopfield (Hebb)")
)
assert (quantum <= hopfield).all()

# %% [markdown]
# Next: [A first recall](01_first_recall.ipynb). [All notebooks](README.md).
