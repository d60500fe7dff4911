"""How tasks are divided: one file a policy.

Knows: the policies by name. Does not know: their rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from llmagentos.errors import FleetError
from llmagentos.fleet.auction import Policy
from llmagentos.fleet.policies.best_response import BestResponse
from llmagentos.fleet.policies.greedy import Greedy
from llmagentos.fleet.policies.sequential import SequentialAuction
from llmagentos.fleet.policies.vcg import VCG, BundleVCG

#: What is used where nobody names one: done soon, by everybody.
DEFAULT = BestResponse.name
#: By name.
POLICIES: Mapping[str, Callable[[], Policy]] = {
    policy.name: policy for policy in (BestResponse, SequentialAuction, VCG, BundleVCG, Greedy)
}


def find(policy: str | Policy) -> Policy:
    """The policy of that name, or the one given. Raises FleetError for a name there is not."""
    if isinstance(policy, Policy):
        return policy
    if policy not in POLICIES:
        raise FleetError(f"expected a policy of {', '.join(POLICIES)}, got {policy!r}")
    return POLICIES[policy]()
