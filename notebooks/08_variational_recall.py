# %% [markdown]
# # Variational recall
#
# Circuits that turn a probe's product state towards low energies: QAOA with trained or transferred
# angles, adiabatic ramps, counterdiabatic and bias-field recall, VQE. Each is held against what a
# classical computer does with *as many looks at the very same energy*: repeated descents of which
# the lowest end is kept, an annealer that starts at the probe, and enumeration, which tells whether
# the target is the ground state at all. An exact scan for the nearest pattern looks at no energy
# and is right on every instance, by construction of the instances: nothing here can beat it, and
# the question is what a circuit makes of an energy. You will see
#
# - P(target) of an answer against the energy evaluations behind it, against field and size, with
#   intervals over 50 pattern sets,
# - that sixteen untrained ramp steps beat QAOA trained on the probe with up to three layers,
# - that circuits are ahead only below one look per neuron, and behind from there on,
# - why log-sum-exp keeps its success as the memory grows while the exponential energy loses it.

# %%
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from classical_ref import DenseMemory, LogSumExp, flip, random_patterns
from qdenseam import EnergyMemory
from qdenseam.experiments import Task, bootstrap
from qdenseam.methods import QAOA, VQE, AdiabaticRecall
from qdenseam.plots.study import plot_study
from qdenseam.studies.energy.references import (
    ANNEALER,
    DENSE,
    DESCENTS,
    EQUAL,
    NEAREST,
    reference_tasks,
)
from qdenseam.studies.energy.summary import FAMILIES, energy_summary
from qdenseam.studies.energy.tasks import notebook_tasks
from qdenseam.studies.energy.trial import SEARCHES, energy_trial, instances
from qdenseam.studies.special import as_table
from qdenseam.studies.stored import stored_records

rng = np.random.default_rng(8)

# %% [markdown]
# ## One probe
#
# Three patterns of eight neurons, one flip. QAOA is trained on the exact expectation of the energy;
# every evaluation would be a batch of shots on a device. A ramp needs none.

# %%
patterns = random_patterns(3, 8, rng=rng)
probe = flip(patterns[0], 1, rng=rng)
memory = EnergyMemory(DenseMemory(patterns, LogSumExp(1.0)))
one_probe = []
for p in (1, 2, 3, 4):
    qaoa = QAOA(num_layers=p).trained(memory, probe, rng=rng)
    one_probe.append((f"QAOA p = {p}", qaoa.law(memory, probe).joint[0], qaoa.evaluations))
for p in (8, 16, None):
    ramp = AdiabaticRecall(num_steps=p)
    one_probe.append((f"adiabatic p = {p or 'default'}", ramp.law(memory, probe).joint[0], 0))
vqe = VQE().trained(memory, probe, rng=rng)
one_probe.append(("VQE p = 1", vqe.law(memory, probe).joint[0], vqe.evaluations))
pd.DataFrame(one_probe, columns=["method", "P(target)", "training evaluations"]).round(3)

# %% [markdown]
# Where it succeeds, VQE ends in a single spin state: every minimum of a classical energy is a
# product state. It is a continuous descent, simulated here, and its P(target) is then near 0 or 1
# like descent's.
#
# ## The study
#
# The files beside this notebook are a part of `qdenseam collect energy`, made by
#
# ```python
# tasks = notebook_tasks()  # from qdenseam.studies.energy.tasks
# collect(tasks + reference_tasks(tasks), "energy_study.jsonl")  # from qdenseam.experiments
# ```
#
# and split at 1 MB. Patterns are random; probes as near to another pattern are redrawn, so the scan
# errs nowhere. P(target) is the exact probability of one shot (for the bias field, the share of 200
# simulated shots; for classical rows, of 100 runs). One row is recomputed here to show that it
# repeats; the conditional value at risk has kinks, on which training may end elsewhere by rounding.
#
# An **energy evaluation** is one look at the energy of one state. A layer $e^{-i\gamma E}$ of a
# circuit, which turns all states at once, counts as one look in each shot: generous to circuits, as
# its gates are many. So a shot of p layers takes p. Training takes more: each expectation is 100
# shots, of p layers and one measured state each. Gradients, for which a device pays two more
# expectations per angle, are not counted.

# %%
records = stored_records("energy_study", "energy_searches", "energy_references")
tasks = notebook_tasks()
wanted = {task.key for task in tasks + reference_tasks(tasks)}
kept = [record for record in records if record.key in wanted]
row = next(r for r in kept if r.params.get("num_neurons") == 8 and r.params["energy"] == "order 3")
again = energy_trial(dict(row.params), Task(kind=row.kind, params=row.params).rng(row.batch))
changes = {
    label: np.abs(np.subtract(again["success"][label], row.values["success"][label])).max()
    for label in row.values["success"]
}
kinked = changes.pop("QAOA p=2, CVaR 0.25")
worst = max(changes.values())
print(f"{len(kept)} rows; recomputed row differs by at most {worst:.1g}, CVaR by {kinked:.1g}")


# %%
def is_search(record):
    """Whether a row, or the row that a reference stands beside, is of the searches."""
    return set(record.params.get("of", record.params)["methods"]) == set(SEARCHES)


table, searches = (
    energy_summary([r for r in kept if is_search(r) == asked]) for asked in (False, True)
)


def select(rows=table, **asked):
    return [row for row in rows if all(row[name] == value for name, value in asked.items())]


def at_sixteen(rows):
    """Whether rows are those of classical minimizers within 16 evaluations."""
    return rows["method"].isin(EQUAL) & (rows["energy_evaluations"] == 16)


names = ("hebb", "order 3", "log-sum-exp")
point = {"num_neurons": 10, "num_patterns": 4, "probe_field": None}

# %% [markdown]
# ## Which energy, how many looks
#
# Ten neurons, four patterns, one flip (top) and two (bottom). Filled markers are circuits, each
# family from few layers to many; open ones are classical, at the same numbers of looks at the same
# energy. The dotted line is the share of targets that are the ground state, which is what looking
# at all 1,024 states gives.

# %%
fig, axes = plt.subplots(2, 3, figsize=(11, 6.6), sharex=True, sharey=True, layout="constrained")
for line, num_flips in zip(axes, (1, 2), strict=True):
    for ax, energy in zip(line, names, strict=True):
        rows = as_table(select(energy=energy, num_flips=num_flips, **point))
        shown = rows[rows["family"].isin([*FAMILIES.values(), *EQUAL])]
        plot_study(shown, "energy_evaluations", "success", ax=ax, line=("family",))
        ax.axhline(rows["ground_state"][0], color="black", linewidth=0.8, linestyle=":")
        ax.set_title(f"{energy}, {num_flips} flip{'s'[: num_flips - 1]}")
        ax.label_outer()
fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
plt.show()

# %% [markdown]
# Depth is what counts among circuits, training is not: three trained layers stay below ramps of 16
# steps, at three thousand times as many looks. Shallow circuits are ahead of both classical rows
# while a shot has fewer layers than the memory has neurons: one flip a look is all that a classical
# computer can try, and a descent needs D looks to have tried each neuron once. With sixteen looks
# it has, and is ahead. The whole column at K = 4, each circuit with the strongest classical row at
# as many evaluations in parentheses:


# %%
def column(energy, num_flips):
    """Return the column of an energy: the instances first, then each method."""
    rows = {row["method"]: row for row in select(energy=energy, num_flips=num_flips, **point)}
    first = next(iter(rows.values()))
    return {
        "target is ground state": str(first["ground_state"]),
        "spurious minima, with the field": f"{first['spurious_minima']:.2f}",
    } | {
        method: f"{row['success']}" + (f" ({row['classical'].best:.2f})" if row["gain"] else "")
        for method, row in rows.items()
        if method not in EQUAL
    }


pd.DataFrame(
    {(f"{flips} flipped", name): column(name, flips) for flips in (1, 2) for name in names}
)

# %% [markdown]
# The rows above have their settings written out. The default of `recall` on an energy is a longer
# ramp, `AdiabaticRecall()`, whose steps follow the steepest flip. On the very instances of one
# flip:

# %%
default, ramped, default_rows = AdiabaticRecall(), {}, []
for energy in names:
    asked = {**point, "energy": energy, "num_flips": 1}
    shares, steps = [], []
    for record in kept:
        given = dict(record.params)
        if asked.items() <= given.items() and not is_search(record):
            task = Task(kind=record.kind, params=given, seed=record.seed)
            for memory, probe in instances(given, task.rng(record.batch)):
                shares.append(default.law(memory, probe).joint[0])
                steps.append(len(default.angles(memory)[0]))
    ramped[energy] = bootstrap(shares, np.mean, rng=0, covers="pattern sets")
    (beside,) = select(method=DESCENTS, energy_evaluations=16.0, **asked)
    default_rows.append(
        {
            "energy": energy,
            "steps": round(np.mean(steps)),
            "default ramp": str(ramped[energy]),
            "descents, 16 looks": str(beside["success"]),
            "ground state": str(beside["ground_state"]),
        }
    )
pd.DataFrame(default_rows)

# %% [markdown]
# ## Which field
#
# The field decides which state is lowest, so a perfect circuit follows the dotted line. The default
# h of a memory is calibrated; here it is set by hand. Classical rows have 16 evaluations, as many
# as the longer ramp; QAOA's training takes thousands.

# %%
fig, axes = plt.subplots(1, 3, figsize=(11, 3.9), sharey=True, layout="constrained")
fields = (0.3, 0.6, 1.0, 1.5, 2.5)
for ax, energy in zip(axes, names, strict=True):
    rows = as_table(r for h in fields for r in select(energy=energy, probe_field=h))
    shown = rows[(rows["kind"] == "circuit") | at_sixteen(rows)]
    plot_study(shown, "field", "success", ax=ax, line=("method",))
    lowest = rows.groupby("field")["ground_state"].first()
    ax.plot(lowest.index, lowest, color="black", linewidth=0.8, linestyle=":")
    ax.set_title(energy)
    ax.label_outer()
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
plt.show()

# %% [markdown]
# ## Which size
#
# Four patterns, one flip. Training on the probe is QAOA p = 2 here, the rest needs none. Classical
# rows have 16 evaluations at every size, as many as the ramp of 16 steps: with 16 neurons that is
# the probe itself and 15 of its neighbors.

# %%
fig, axes = plt.subplots(2, 3, figsize=(11, 6.8), sharex=True, sharey=True, layout="constrained")
shown = ("QAOA p=2", "fixed angles p=8", "adiabatic p=8", "adiabatic p=16")
five = ("hebb", "order 3", "order 4", "exponential", "log-sum-exp")
for ax, energy in zip(axes.ravel(), five, strict=False):
    rows = as_table(select(energy=energy, num_patterns=4, num_flips=1, probe_field=None))
    chosen = rows[rows["method"].isin(shown) & (rows["kind"] == "circuit") | at_sixteen(rows)]
    plot_study(chosen, "num_neurons", "success", ax=ax, line=("method",))
    lowest = rows.groupby("num_neurons")["ground_state"].first()
    ax.plot(lowest.index, lowest, color="black", linewidth=0.8, linestyle=":")
    ax.set_title(energy)
axes[0, 0].set_ylabel("P(target) of an answer")
for ax in (*axes[:, 1:].ravel(), axes[1, 0]):
    ax.set_ylabel("")
for ax in axes[0, :2]:
    ax.set_xlabel("")
axes[0, 2].tick_params(labelbottom=True)
axes[1, 2].axis("off")
axes[1, 2].legend(*axes[0, 0].get_legend_handles_labels(), loc="center", fontsize=9)
plt.show()

# %% [markdown]
# What grows with the size: spurious minima of the energy with its field (means), and the share of
# targets that are the ground state.

# %%
sizes = sorted({row["num_neurons"] for row in table})
grown = {
    (energy, f"D = {size}"): f"{row['spurious_minima']:.2f}, {row['ground_state'].best:.2f}"
    for energy in five
    for size in sizes
    for row in select(
        energy=energy, num_neurons=size, num_patterns=4, num_flips=1, probe_field=None
    )[:1]
}
pd.Series(grown).unstack(sort=False).fillna("–")

# %% [markdown]
# ## What an answer costs
#
# Ten neurons, four patterns, one flip: the energy evaluations behind one answer, and those until
# the target has been seen with 99 % at the median instance (training is done once, shots are
# repeated; sampled descents are the smallest power of two). Enumeration takes 1,024, the scan K D =
# 40 bits and no energy. The searches, marked so, have instances of their own.


# %%
def cost(row):
    """Return the evaluations behind one answer, and those until the target has been seen."""
    behind = "any" if row["method"] in EQUAL else f"{row['energy_evaluations']:.0f}"
    return f"{behind} → {row['evaluations_to_solution']:.0f}"


costs = {}
for part, rows in (("", table), ("searches", searches)):
    for energy in names:
        for row in select(rows, energy=energy, num_flips=1, **point):
            is_cost = np.isfinite(row["energy_evaluations"])
            if is_cost and row["method"] not in ("start state", ANNEALER):
                costs.setdefault(energy, {}).setdefault((part, row["method"]), cost(row))
pd.DataFrame(costs)

# %% [markdown]
# ## Methods that search
#
# VQE whose entangler is the energy itself, variational imaginary time, recursive QAOA and Grover
# adaptive search end in one state, trained or measured on the way. P(target) of their answer at
# four patterns, in parentheses the strongest classical row at as many evaluations (mostly 2^D and
# more, when all states have been looked at):

# %%
searched = [row for row in searches if row["method"] in SEARCHES]
answers = {}
for row in searched:
    place = (row["num_neurons"], row["num_flips"], row["energy"])
    line = answers.setdefault(place, {"ground state": str(row["ground_state"])})
    line[row["method"]] = f"{row['success']} ({row['classical'].best:.2f})"
pd.DataFrame(answers).T.rename_axis(["D", "flips", "energy"])

# %% [markdown]
# Storkey's rule and the rectified energy beside their relatives, ramps of 16 steps, one flip:

# %%
relatives = {
    (energy, f"D = {size}"): f"{row['success']} of {row['ground_state'].best:.2f}"
    for energy in ("hebb", "storkey", "order 3", "rectified order 3")
    for size in (8, 10, 12)
    for row in select(energy=energy, num_neurons=size, num_patterns=4, num_flips=1,
                      probe_field=None, method="adiabatic p=16")
}  # fmt: skip
pd.Series(relatives).unstack(sort=False)

# %% [markdown]
# ## Better than a classical computer with as many looks?
#
# Every circuit at every point with the calibrated field, instance by instance against the strongest
# classical row with as many energy evaluations: sampled descents of which the lowest is kept, the
# annealer, and from 4 D evaluations on one descent from the probe. Counted are differences with a
# 95 % interval above 0.005, below -0.005, or neither; one comparison in forty would lie above by
# chance alone. None is above the scan, which looks at no energy.

# %%
circuits = [
    row for row in table + searches if row["kind"] == "circuit" and row["probe_field"] is None
]


def looks(row):
    if row["energy_evaluations"] < row["num_neurons"]:
        return "fewer than neurons"
    return "D to 2^D" if row["energy_evaluations"] < 2 ** row["num_neurons"] else "2^D and more"


kinds = ("fewer than neurons", "D to 2^D", "2^D and more")
counted = {}
for kind in kinds:
    for row in (row for row in circuits if looks(row) == kind):
        side = 0 if row["gain"].low > 0.005 else 1 if row["gain"].high < -0.005 else 2
        for method in (row["method"], "all"):
            counted.setdefault((kind, method), [0, 0, 0])[side] += 1
pd.DataFrame(counted, index=["above", "below", "undecided"]).T.rename_axis(["looks", "method"])

# %% [markdown]
# Above, with at least as many looks as neurons:

# %%
better = [row for row in circuits if row["gain"].low > 0.005 and looks(row) != "fewer than neurons"]
pd.DataFrame(
    {
        "energy": row["energy"],
        "D": row["num_neurons"],
        "K": row["num_patterns"],
        "flips": row["num_flips"],
        "method": row["method"],
        "success": str(row["success"]),
        "classical": str(row["classical"]),
        "ground state": row["ground_state"].best,
        "gain": str(row["gain"]),
    }
    for row in better
)

# %% [markdown]
# ## In words
#
# - **The scan.** A nearest-neighbor scan and the exponential dense memory at its best setting
#   recall every target, without an energy. Instances are unambiguous, so this holds by
#   construction; what follows compares ways of minimizing an energy, not ways of recalling.
# - **Against as many looks.** A shallow circuit, whose shot has fewer layers than there are
#   neurons, is ahead of the classical rows in 171 of 231 comparisons and behind in 31: one look
#   each is not enough to try every neuron. With as many looks as neurons or more, 4 of 595 lie
#   above and 433 below, fewer above than chance alone would give. Two of the four are Grover's
#   search on the exponential energy at two flips, a needle that descents hardly find; the scan
#   finds it at once. Until the target has been seen with 99 %, untrained circuits take 11 to 48
#   looks on the energies of the table above, repeated descents 16.
# - **Energy.** Log-sum-exp: its target is the ground state at every point with the calibrated
#   field, and a ramp of 16 steps keeps its success from 6 to 16 neurons. On Hebb's energy the
#   target often is not the lowest state, and no minimizer repairs that; one descent from the probe,
#   which stops early, recalls more. Storkey's rule repairs part of it. Rectifying order 3 helps.
# - **The exponential energy** always has its target at the bottom, and at one flip no spurious
#   minimum, yet all circuits but VQE lose it as the memory grows: at 16 neurons the ramp has one
#   shot in a hundred. Its logarithm is the cure. Descents of 16 looks lose nothing.
# - **Depth.** A ramp of 16 steps, without any training, beats QAOA trained on the probe with up to
#   three layers at every point where both ran with a calibrated field, but for the exponential
#   energy from 14 neurons on, where both fail. Training takes thousands of looks, at ten neurons
#   more than there are states. Transferred angles at p = 8, found for other energies than the
#   exponential, mostly lie between.
# - **Field.** Calibrate it. Log-sum-exp is right over a wide range below about 1 and fails
#   altogether at 2.5, where the probe is its own ground state. With order 3 the target is the
#   ground state most often near 1, while circuits do best at the weakest field, which leads them
#   less.
# - **Searches.** Energy search finds the ground state, so its success is the share of targets that
#   are. Its state preparations double while the states quadruple: 67 for 64 states, 264 for 1,024.
#   One descent from the probe takes some twenty looks. Recursive QAOA and imaginary time mostly
#   stay behind.

# %%
for energy in names:
    rows = {row["method"]: row["success"] for row in select(energy=energy, num_flips=1, **point)}
    assert rows["adiabatic p=16"].low > rows["QAOA p=3"].high
for row in table:
    if row["method"] == "QAOA p=3" and row["probe_field"] is None:
        same = {name: row[name] for name in ("energy", "num_patterns", "num_flips", *point)}
        (ramp,) = (other for other in select(**same) if other["method"] == "adiabatic p=16")
        lost = row["energy"] == "exponential" and row["num_neurons"] >= 14
        assert (ramp["success"].low > row["success"].high) != lost, same


def ramps(energy):
    """Successes of the ramp of 16 steps by size, at four patterns and one flip."""
    found = select(
        energy=energy, num_patterns=4, num_flips=1, probe_field=None, method="adiabatic p=16"
    )
    return {row["num_neurons"]: row["success"] for row in found}


assert min(success.low for success in ramps("log-sum-exp").values()) > 0.85
assert ramps("exponential")[12].high < ramps("exponential")[8].low - 0.3
assert ramps("exponential")[16].high < 0.02
for size in (8, 10, 12):
    assert ramps("rectified order 3")[size].best > ramps("order 3")[size].best
assert worst < 2e-3
for row in searched:
    if row["method"] == "energy search":
        assert row["success"].low < row["ground_state"].high + 0.05
        assert row["success"].high > row["ground_state"].low - 0.05
calls = {row["num_neurons"]: row["energy_calls"] for row in searched
         if row["method"] == "energy search" and row["num_flips"] == 1}  # fmt: skip
print("state preparations of energy search:", {d: round(n) for d, n in calls.items()})
assert calls[10] < 5 * calls[6]
assert all(row["success"].best == 1 for row in table if row["method"] in (NEAREST, DENSE))
for energy in names:
    (row,) = select(energy=energy, num_flips=1, method=DESCENTS, energy_evaluations=16.0, **point)
    assert ramped[energy].best < row["success"].best
few, middle, many = (
    counted[kind, "all"] for kind in ("fewer than neurons", "D to 2^D", "2^D and more")
)
assert few == [171, 31, 29]
assert np.add(middle, many).tolist() == [4, 433, 158]
assert middle[0] + many[0] < sum(middle + many) / 40, "fewer above than by chance alone"
found = {(row["energy"], row["num_flips"]) for row in better if row["method"] == "energy search"}
assert ("exponential", 2) in found
for size in (6, 8, 10, 12, 14, 16):
    (row,) = select(energy="exponential", num_neurons=size, num_patterns=4, num_flips=1,
                    probe_field=None, method=DESCENTS, energy_evaluations=16.0)  # fmt: skip
    assert row["success"].best > 0.85
for row in circuits:
    if row["energy"] == "log-sum-exp":
        assert row["ground_state"].best == 1

# %% [markdown]
# Next: [Dynamics and capacity](09_dynamics_and_capacity.ipynb). [All notebooks](README.md).
