# %% [markdown]
# # Noise and hardware
#
# A recall that is exact on paper may drown on a device. What decides is success per shot: the
# probability that the target is measured *and* accepted, since filtering alone only trades
# acceptance for purity. You will see
#
# - plans made from a device's calibration: method, encoder, layout, predicted success,
# - success over all probes on models of two IBM devices, beside what their calibration allows and
#   beside what needs no search: a scan's answer written out, and measuring and accepting under the
#   same noise,
# - readout mitigation and nearest-pattern decoding, apart from what was measured,
# - plans of different methods, predicted and simulated,
# - filters routed on parity trees, two flags and parity checks as error detection,
# - codes of 16 to 20 neurons recalled through hundreds of two-qubit gates.

# %%
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from circuits.circuit_facts import two_qubit_gates
from classical_ref import erase, random_patterns
from qdenseam import AmplitudeMemory, recall
from qdenseam.execution import engine
from qdenseam.execution.compiling.layout import place
from qdenseam.execution.compiling.routing import route_by_qiskit, route_by_trees
from qdenseam.execution.readings import measured
from qdenseam.methods import IndexSearch, LabelWriting, OptimalFilter, SeparationFilter
from qdenseam.planning import best_of_each_kind, plan
from qdenseam.plots.noise import plot_error_budget, plot_prediction, plot_success
from qdenseam.studies.noise.affine import affine_summary
from qdenseam.studies.noise.flags import flag_summary
from qdenseam.studies.noise.plans import plan_summary
from qdenseam.studies.noise.summary import noise_summary, prediction_quality
from qdenseam.studies.special import as_table
from qdenseam.studies.stored import stored_records

rng = np.random.default_rng(13)

# %% [markdown]
# ## A plan
#
# The planner knows the memory, which neurons are known, and the calibration: never the values of a
# probe. Its circuits for two probes differ in X gates only. Candidates are cut by an upper bound,
# the ideal success times the survival of the device's best gates; `margin` keeps some that will not
# win, to look at. Shown is the best plan of each kind; the last one is what must be beaten: measure
# the memory, accept classically. Label-writing *peeks*: a classical scan has the answer, and the
# circuit that index search ends with writes it. It is shown, never chosen.
# (`qdenseam plan --probe 01?0 --backend fake:fez` prints such a table.)

# %%
memory = AmplitudeMemory(random_patterns(4, 6, rng=rng))
probe = erase(memory.patterns[2], 1, rng=rng)
fez = engine("fake:fez")
plans = plan(memory, probe != 0, fez.target, margin=0.4)
for each in best_of_each_kind(plans):
    print(each)

# %% [markdown]
# Amplification runs on an *index*: parities of known neurons that tell the patterns apart. The
# patterns are written once, at the end. Since parities of the probe give the index that is marked,
# X gates could also set it directly: this is amplification as cheap as it gets, not a speedup.

# %%
best = plans[0]
best.method.circuit(best.memory, probe).draw("text", fold=110)

# %% [markdown]
# On a device, `method="auto"` is the best plan that answers every probe with these known neurons,
# made once for all of them. Circuits go where gates and readout are predicted to succeed best.

# %%
result = recall(memory, probe, sampler=fez, shots=4000, rng=rng)
print(result.method["name"])
result

# %% [markdown]
# ## Success per shot
#
# The rows stored as `noise_study` and `noise_references`, which come with the package like all that
# are read here, were made by `qdenseam
# collect noise`: instances with one unknown neuron (top) or one flipped one (bottom), 4,000 shots
# each, models of Fez and Torino with gate and readout errors. **All** probes count, also those
# that are as near to another pattern: with a flip that is three quarters of them at D = K = 4,
# and an exact scan (dotted; told the number of flips, as the planner is) errs there too. Solid
# bars are the plan as measured, after readout mitigation (it knows the readout errors that are
# simulated, while those of a device drift), and after nearest-pattern decoding, which takes all
# shots, accepted or not. Hatched is what needs no search, under the same noise: the scan's answer
# written by X gates and the circuit that index search ends with (it peeks), and measuring the
# memory, accepting classically, within as many state preparations as the plan takes (dashed: the
# same without noise). The black line is the prediction from the calibration, which takes every
# error for a failure. Intervals (95 %) are over instances, each with a memory of its own.
#
# The plans here are the planner's first by mean success, and every one is index search, also with
# a flip. `method="auto"` asks for more, that a nearest pattern comes first for every probe with
# these known neurons, and then takes no index search with a flip, nor where two patterns share
# all known neurons.

# %%
records = stored_records("noise_study", "noise_references")
order = [(4, 4), (6, 4), (8, 4), (6, 8), (8, 8)]
devices = ("fake:fez", "fake:torino")


def shown(rows, **columns):
    """Return some columns of rows as a table, under short names."""
    table = pd.DataFrame(rows).rename(columns={"num_neurons": "D", "num_patterns": "K"})
    named = {name: table[column] for name, column in columns.items()}
    first = [name for name in ("device", "D", "K") if name in table]
    return pd.concat([table[first], pd.DataFrame(named)], axis=1).round(3)


every = sorted(
    as_table(noise_summary(records)).to_dict("records"),
    key=lambda r: order.index((r["num_neurons"], r["num_patterns"])),
)
rows = {name: [r for r in every if r["device"] == name and r["num_erasures"]] for name in devices}
flipped = {name: [r for r in every if r["device"] == name and r["num_flips"]] for name in devices}

# %%
fig, axes = plt.subplots(2, 2, figsize=(11, 7.6), layout="constrained", sharey=True)
for line, (what, tables) in zip(
    axes, {"one unknown": rows, "one flipped": flipped}.items(), strict=True
):
    for ax, name in zip(line, devices, strict=True):
        plot_success(tables[name], ax=ax)
        ax.set_title(f"{name}, {what}", fontsize=10)
        ax.label_outer()
fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8)
plt.show()

# %% [markdown]
# The same as a table: first all probes, then the share that is ambiguous and the success among the
# others (on twenty instances of that kind).

# %%
all_rows = [row for name in devices for row in rows[name] + flipped[name]]
shown(
    all_rows,
    flips="num_flips",
    success="success",
    low="success_low",
    high="success_high",
    scan="scan",
    ambiguous="ambiguous",
    others="unambiguous",
    accepted="accept",
    ideal="ideal",
    predicted="predicted",
    mitigated="mitigated",
    decoded="decoded",
)

# %% [markdown]
# ## Beside what needs no search
#
# Two-qubit gates and success side by side, on the same instances. What index search costs more than
# label-writing is its rounds: for D = 9, K = 4 and all-to-all couplings

# %%
nine = AmplitudeMemory(random_patterns(4, 9, rng=rng))
cue = erase(nine.patterns[0], 1, rng=rng)
for method in (LabelWriting(), IndexSearch()):
    print(f"{method.name:14} {method.resources(nine, cue).two_qubit_gates} CX")

# %%
shown(
    all_rows,
    flips="num_flips",
    instances="beside",
    plan="success_beside",
    plan_gates="two_qubit_gates",
    label_writing="label_writing",
    label_writing_gates="label_writing_gates",
    measure_and_accept="baseline",
    its_gates="baseline_gates",
    without_noise="baseline_ideal",
)

# %% [markdown]
# With one unknown neuron planned recall beats measuring and accepting everywhere, and label-writing
# beats it: with four patterns by about 0.01, with eight by 0.08 to 0.14. With one flipped neuron
# the plan is surely ahead of measuring and accepting only for four patterns of six neurons;
# elsewhere its interval holds the baseline, and at eight patterns of eight neurons it is the lower
# one. A shot takes a quarter of a millisecond in every column, nearly all of it the delay between
# shots, so device seconds per answer follow the number of shots.

# %% [markdown]
# ## Where errors come from
#
# Expected errors per shot by kind. With eight patterns the two-qubit gates of two rounds cost most;
# with four, on Torino, readout does (one unknown neuron). Idling is not part of the success above;
# simulated with delays on the first five instances, it costs what the last column says.

# %%
fig, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained", sharey=True)
for ax, (name, each) in zip(axes, rows.items(), strict=True):
    plot_error_budget(each, ax=ax)
    ax.set_title(name, fontsize=10)
axes[1].set_ylabel("")
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8)
plt.show()

# %%
shown(
    [row for name in devices for row in rows[name]],
    gates="two_qubit_gates",
    survives_two_qubit="two_qubit",
    one_qubit="one_qubit",
    readout="readout",
    success_with_idling="success_idling",
)

# %% [markdown]
# ## Predicted and simulated
#
# Not every error is fatal: one before a qubit is used, or a phase error once the patterns are
# being written, does no harm. So the prediction is too low, more so for long circuits, but it
# orders plans and layouts rightly.

# %%
fig, ax = plt.subplots(figsize=(4.6, 4.4))
for name in rows:
    points = [(r.values["predicted"], r.values["success"] / r.params["shots"])
              for r in records if r.kind == "noise" and r.params["device"] == name]  # fmt: skip
    plot_prediction(points, ax=ax, label=name)
ax.legend(fontsize=8)
plt.show()
quality = prediction_quality(records)
print({name: round(value, 3) for name, value in quality.items()})

# %% [markdown]
# ## Plans of different methods
#
# Does the planner order *methods* as noise does? `plan_study` was made by `qdenseam collect
# plans`: for each memory the best plan of each kind (a method with its degree or controls, and
# its number of rounds) is run on the same probes. `chosen` is the simulated success of the plan
# predicted best, `best` that of the plan that did best, `lost` what the choice cost, `measure and
# accept` what that reaches within as many preparations as the chosen plan. Label-writing, which
# peeks, is no plan and does not run here; neither is a scan, which is right on all but ambiguous
# probes. Index search scatters most: with a flip it finds all or nothing, and 8 of all flips are
# run.
#
# With an unknown neuron the chosen plan is ahead of measuring and accepting at equal preparations;
# with a flipped one it is not always, and on two memories nothing more can be said.

# %%
plan_records = stored_records("plan_study")
points = {}
for record in plan_records:
    for each in record.values["plans"]:
        points.setdefault(each["method"], []).append((each["success"], each["simulated"]))
fig, ax = plt.subplots(figsize=(4.6, 4.4))
for name, pairs in points.items():
    plot_prediction(pairs, ax=ax, label=name)
ax.legend(fontsize=8)
plt.show()

# %%
plan_rows = as_table(plan_summary(plan_records)).to_dict("records")
shown(
    plan_rows,
    unknown="num_erasures",
    flips="num_flips",
    memories="memories",
    plans="plans",
    rank_correlation="rank_correlation",
    chosen="chosen",
    best="best",
    lost="lost",
    measure_and_accept="baseline",
    filters_alone="filter_rank_correlation",
    filters_lost="filter_lost",
)

# %% [markdown]
# One memory on Fez with a flipped neuron: filters want a degree that suits the noise. Higher
# degrees are sharper, and longer.

# %%
flipped_record = next(
    r for r in plan_records if r.params["num_flips"] and r.params["device"] == "fake:fez"
)
shown(
    flipped_record.values["plans"],
    method="method",
    settings="settings",
    ideal="ideal",
    predicted="success",
    simulated="simulated",
    gates="two_qubit_gates",
)

# %% [markdown]
# ## One flipped neuron
#
# Nobody knows which of the D neurons is wrong. The index uses few of them; if the flip falls
# elsewhere, the target is found, and the check lets one flip pass. If it falls on the index,
# another pattern comes out, and mostly fails the check. `ideal` in the records is 0 or 1 for each
# instance, and the mean is what counts. An ambiguous probe is a coin toss for every method. Both
# are in the table above: `ideal` is the success without noise, `others` that of the other probes.

# %% [markdown]
# ## Filters on parity trees
#
# In a filter one flag meets every known neuron, again and again. Instead of swapping qubits to and
# fro, neurons lie on a tree of couplings and hold *differences* of neighbors: one CX shows the flag
# the next parity, so that a signal takes two CX for an inner neuron of the tree and one for a leaf.
# Below, routed two-qubit gates and predicted success of the same filter, ours and the best of four
# of Qiskit's routings (`qdenseam bench routing` makes the whole table, with lines and squares).

# %%
torino, routings = engine("fake:torino").target, []
for size in (6, 8, 10):
    few = AmplitudeMemory(random_patterns(4, size, rng=rng))
    sought = SeparationFilter(OptimalFilter(4, 1)).circuit(few, few.patterns[0])
    shortest = {
        way: min(
            (place(each, torino) for each in routed),
            key=lambda layout: two_qubit_gates(layout.circuit),
        )
        for way, routed in (
            ("trees", route_by_trees(measured(sought), torino, num_routings=4)),
            ("Qiskit", route_by_qiskit(measured(sought), torino, num_seeds=4)),
        )
    }
    routings += [
        {
            "num_neurons": size,
            "routed by": way,
            "gates": two_qubit_gates(layout.circuit),
            "no error": layout.budget.success,
        }
        for way, layout in shortest.items()
    ]
    assert two_qubit_gates(shortest["trees"].circuit) < two_qubit_gates(shortest["Qiskit"].circuit)
pd.DataFrame(routings).rename(columns={"num_neurons": "D"}).round(3)

# %% [markdown]
# ## Flags and parity checks as error detection
#
# One neuron flipped, nobody knows which: filters of the Hamming distance, 2,000 shots for each of
# 20 instances (`flag_study`, made by `qdenseam collect flags`). Only unambiguous probes are
# asked here: of first draws 15, 5 and 3 of 20 are as near to another pattern. At as many signals,
# hence gates, a filter may act once on one flag or in two halves on two flags (`num_flags=2`). An
# error that leaves a flag at random passes one flag half the time, two of them a quarter of the
# time. Post-selection raises P(target | accepted), never success per shot: with two flags that
# falls a little, since more qubits are read. A copy of the flag (CX before the measurement) detects
# 2 to 5 % of the shots, but keeps the circuit off parity trees, takes more gates and does not pay.
# The patterns' parity checks (light: share of the target among what obeys them) detect much for
# four patterns of eight neurons and nothing where the affine hull is everything, as for the eight
# patterns of six neurons below.
#
# All filters of signals, and the baseline of the same F, keep a pattern within the flip half the
# time; two controls keep it mostly, and the last bar always, measuring the memory and
# accepting what lies within one flip (of the same instances, from `noise_references`). Above,
# success per shot, which is what counts: there no filter reaches that bar. Below,
# P(target | accepted), light after the parity checks.

# %%
flag_rows = as_table(flag_summary(stored_records("flag_study"))).to_dict("records")
filters = [r for r in flag_rows if r["num_flips"]]
variants = list(dict.fromkeys(r["variant"] for r in filters))


def ball(device, size):
    """Return (success, purity) of measuring and accepting within one flip, one row an instance."""
    asked = {"device": device, "num_neurons": size, "num_patterns": 4, "num_flips": 1}
    found = [r.values["measure and accept"] for r in records
             if r.kind == "noise references" and "any_probe" not in r.params
             and asked.items() <= r.params.items()]  # fmt: skip
    return np.array([(each["success"], each["success"] / each["accepted"]) for each in found])


def sides(rows, name):
    """Return the sides of 95 % intervals, as error bars take them."""
    ends = ((r[name] - r[f"{name}_low"], r[f"{name}_high"] - r[name]) for r in rows)
    return np.array(list(ends)).T


fig, axes = plt.subplots(2, 2, figsize=(11, 7.4), layout="constrained", sharey="row")
for (top, bottom), device in zip(axes.T, devices, strict=True):
    for k, name in enumerate(variants):
        each = [r for r in filters if r["device"] == device and r["variant"] == name]
        places, bars = np.arange(len(each)) + (k - 3) * 0.12, {"width": 0.11, "color": f"C{k}"}
        top.bar(places, [r["success"] for r in each], label=name,
                yerr=sides(each, "success"), error_kw={"lw": 1}, **bars)  # fmt: skip
        bottom.bar(places, [r["checked"] for r in each], alpha=0.3, **bars)
        bottom.bar(places, [r["purity"] for r in each],
                   yerr=sides(each, "purity"), error_kw={"lw": 1}, **bars)  # fmt: skip
    shares = [ball(device, r["num_neurons"]) for r in each]
    for ax, column in ((top, 0), (bottom, 1)):
        ax.bar(np.arange(len(each)) + 4 * 0.12, [share[:, column].mean() for share in shares],
               width=0.11, color="black", label="measure and accept within one flip",
               yerr=[share[:, column].std() / len(share) ** 0.5 for share in shares],
               error_kw={"lw": 1, "ecolor": "C1"})  # fmt: skip
        ax.set_xticks(
            range(len(each)), [f"D = {r['num_neurons']}, K = {r['num_patterns']}" for r in each]
        )
    top.set_title(device, fontsize=10)
axes[0, 0].set_ylabel("P(target and accepted)")
axes[1, 0].set_ylabel("P(target | accepted)")
handles, labels = axes[0, 0].get_legend_handles_labels()
fig.legend(handles, labels, loc="outside lower center", ncols=4, fontsize=8)
plt.show()

# %%
shown(
    filters,
    variant="variant",
    gates="two_qubit_gates",
    success="success",
    accepted="accept",
    purity="purity",
    without_noise="ideal_purity",
    copies_detect="detected",
    parities_detect="broken",
    purity_checked="checked",
)

# %% [markdown]
# Grover's search as textbooks build it, an oracle and reflections on all neurons, for one unknown
# neuron and three instances: with Qiskit's generic state preparation, and with a sparse one. It is
# to be compared with the plans above.

# %%
shown(
    [row for row in flag_rows if not row["num_flips"]],
    variant="variant",
    gates="two_qubit_gates",
    success="success",
    low="success_low",
    high="success_high",
    without_noise="ideal",
    parities_detect="broken",
)

# %% [markdown]
# ## Codes of 16 to 20 neurons
#
# The words of random linear codes with a large minimum distance, a quarter of the neurons unknown
# and drawn again where they leave two words possible: H and CX load them, two to four rounds
# amplify. Solving the code's linear equations finds the word always, without a quantum computer;
# measuring the loaded words shows it with probability 1/K a shot. Errors are drawn first, the
# states with errors are evolved as vectors or matrix products (made by `qdenseam collect affine`,
# four codes a row, 25 shots each; intervals are over the four codes). Chance is 1/K.

# %%
affine_rows = as_table(affine_summary(stored_records("affine_study"))).to_dict("records")
shown(
    affine_rows,
    success="success",
    low="success_low",
    high="success_high",
    nearest_word="decoded",
    its_low="decoded_low",
    its_high="decoded_high",
    predicted="predicted",
    gates="two_qubit_gates",
    chance="chance",
)

# %%
assert all(row["success_low"] > 3 * row["chance"] for row in affine_rows)
wanted = {
    "fake:fez": (0.91, 0.85, 0.76, 0.42, 0.28),
    "fake:torino": (0.88, 0.80, 0.70, 0.35, 0.20),
}
for name, each in rows.items():
    bounds = zip(each, wanted[name], strict=True)
    assert all(row["unambiguous_low"] > bound for row, bound in bounds)
    assert all(row["success_low"] > row["baseline"] for row in each)
    assert all(row["probes"] >= 20 for row in each)
    assert all(row["label_writing"] > row["success_beside"] - 0.01 for row in each)
    assert all(row["label_writing_gates"] < row["two_qubit_gates"] for row in each)
    assert all(row["success"] < row["scan"] for row in each + flipped[name])
    assert all(
        row["success"] > row["baseline"]
        for row in flipped[name]
        if (row["num_neurons"], row["num_patterns"]) in order[1:3]
    )
assert quality["correlation"] > 0.9
assert result.acceptance > 0.8
assert all(row["rank_correlation"] > 0.6 for row in plan_rows)
assert all(row["chosen"] > row["baseline"] for row in plan_rows if row["num_erasures"])
assert not all(row["chosen"] > row["baseline"] for row in plan_rows if row["num_flips"])
assert all(max(row["lost"], row["filter_lost"]) < 0.02 for row in plan_rows)
found = {(r["device"], r["num_neurons"], r["variant"]): r for r in filters}
for device in ("fake:fez", "fake:torino"):
    for size in (4, 6, 8):
        one, two, accepted = (
            found[device, size, name]
            for name in ("one flag, 4 signals", "two flags, 2 signals each", "measure and accept")
        )
        errors = [(each["purity_high"] - each["purity"]) / 2.09 for each in (one, two)]
        assert two["purity"] - one["purity"] > 5 * np.hypot(*errors)
        assert two["success"] < one["success"] < accepted["success"]
        best = max(
            r["success"] for r in filters if (r["device"], r["num_neurons"]) == (device, size)
        )
        assert best < ball(device, size)[:, 0].mean()

# %% [markdown]
# Next: [Your own pictures](14_own_pictures.ipynb). [All notebooks](README.md).
