"""The classical registers that recall circuits are read by."""

from qiskit import ClassicalRegister, QuantumCircuit


def measured(circuit: QuantumCircuit) -> QuantumCircuit:
    """Return the circuit with its memory and flags measured into ``memory_bits``, ``flag_bits``."""
    ready = circuit.copy()
    present = {register.name for register in circuit.cregs}  # a re-used flag is read on the way
    for register in circuit.qregs:
        name = f"{register.name}_bits"
        if register.name in ("memory", "flag") and name not in present:
            bits = ClassicalRegister(len(register), name)
            ready.add_register(bits)
            ready.measure(register, bits)
    return ready
