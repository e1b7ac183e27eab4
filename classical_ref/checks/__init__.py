"""What arguments and fields may be, said once for all packages: types of arrays and checks.

Spins and bits have a door of their own, :mod:`classical_ref.checks.doors`.
"""

from classical_ref.checks.arrays import Bits as Bits
from classical_ref.checks.arrays import Booleans as Booleans
from classical_ref.checks.arrays import Complexes as Complexes
from classical_ref.checks.arrays import Floats as Floats
from classical_ref.checks.arrays import Integers as Integers
from classical_ref.checks.arrays import Spins as Spins
from classical_ref.checks.arrays import SpinsLike as SpinsLike
from classical_ref.checks.arrays import check_array as check_array
from classical_ref.checks.arrays import check_complexes as check_complexes
from classical_ref.checks.arrays import check_mask as check_mask
from classical_ref.checks.arrays import check_numbers as check_numbers
from classical_ref.checks.arrays import lock as lock
from classical_ref.checks.doors import check_bits as check_bits
from classical_ref.checks.doors import check_patterns as check_patterns
from classical_ref.checks.doors import check_probes as check_probes
from classical_ref.checks.doors import check_spins as check_spins
from classical_ref.checks.doors import text_to_spins as text_to_spins
from classical_ref.checks.fields import Checked as Checked
from classical_ref.checks.fields import check_attributes as check_attributes
from classical_ref.checks.fields import check_fields as check_fields
from classical_ref.checks.fields import checked as checked
from classical_ref.checks.kinds import Said as Said
from classical_ref.checks.values import Rng as Rng
from classical_ref.checks.values import Within as Within
from classical_ref.checks.values import check_at_least as check_at_least
from classical_ref.checks.values import check_choice as check_choice
from classical_ref.checks.values import check_entries as check_entries
from classical_ref.checks.values import check_finite as check_finite
from classical_ref.checks.values import check_integer as check_integer
from classical_ref.checks.values import check_positive as check_positive
from classical_ref.checks.values import check_within as check_within
from classical_ref.checks.values import is_integer as is_integer
from classical_ref.checks.values import is_number as is_number
from classical_ref.checks.values import shown as shown
