"""Every error the packages raise on purpose: one root, flat named subclasses.

A message says what was expected and what came. Loops return statuses; only setup and
wrong calls raise.
"""


class LLMAgentOSError(Exception):
    """Root of all errors raised on purpose."""


class FileError(LLMAgentOSError):
    """A file or folder that cannot be read, written or made: missing, no permission, no UTF-8,
    a full disk."""


class PermissionRefusedError(LLMAgentOSError):
    """Something that who asks is not allowed; the message says what it is allowed."""


class SceneError(LLMAgentOSError):
    """A scene file or scene that cannot exist: unknown kind or colour, overlap, off the table."""


class ConfigError(LLMAgentOSError):
    """A configuration that cannot be read, or a field in it that cannot be."""


class PlanError(LLMAgentOSError):
    """A plan that does not parse, names unknown skills, or is too long."""


class NumberRuleError(PlanError):
    """A plan that cannot go on: every way needs a number that the command's words do not hold."""


class PlanCancelledError(PlanError):
    """A plan whose writing was ended from outside before it was done."""


class ModelError(LLMAgentOSError):
    """A language model that cannot be loaded or run."""


class ModelNotFoundError(ModelError):
    """No model of that name, folder or address."""


class ModelIntegrityError(ModelError):
    """A model file whose SHA-256 is not the one in its manifest."""


class ServerError(ModelError):
    """A language model server that refuses, times out or answers out of form."""


class KindError(LLMAgentOSError):
    """A kind of object that cannot be registered: a taken name, numbers that cannot be."""


class EntryPointError(LLMAgentOSError):
    """Plan words or steps that an installed package names and that cannot be loaded."""


class CommandError(LLMAgentOSError):
    """A command text that cannot be read: empty, too long, control or invisible characters."""


class NotEnglishError(CommandError):
    """A command in another language or script than English."""


class LifecycleError(LLMAgentOSError):
    """A life-cycle call that the agent's present state does not allow."""


class SkillError(LLMAgentOSError):
    """A skill that cannot be declared or registered: a field that holds what it can't, a taken name,
    an entry point that names none."""


class AgentFailedError(LLMAgentOSError):
    """An agent whose own `run()` raised; the cause is chained."""


class MotionError(LLMAgentOSError):
    """Root of what motion planning and the gate raise or report."""


class UnreachableError(MotionError):
    """Inverse kinematics found no joint configuration inside the limits."""


class CollisionError(MotionError):
    """No collision-free way to the goal."""


class LostGripError(MotionError):
    """What was held has slipped, or was taken, out of the hand in mid-motion."""


class MovedError(MotionError):
    """What a motion goes for is no longer where it was seen."""


class GateRejection(MotionError):  # noqa: N818 - it is an event, not a failure of ours
    """The motion gate refused a command: NaN, out of range, too fast, wrong length."""


class NavigationError(LLMAgentOSError):
    """A map, a place or a base's numbers that cannot be."""


class NoWayError(NavigationError):
    """No way on the map from where the robot is to where it shall go."""


class StoppedError(LLMAgentOSError):
    """The supervisor lets nothing move: it was stopped, is locked, or the lease has ended."""


class ContactStop(LLMAgentOSError):  # noqa: N818 - it is an event, not a failure of ours
    """Something pushed against the moving arm or held it up: the gate brings it to rest. No
    MotionError: who looks for another way must not go on with it."""


class AuditError(LLMAgentOSError):
    """A row of the audit record that could not be kept, or a record that cannot be read."""


class RobotError(LLMAgentOSError):
    """An arm's folder that cannot be used; the message names file and field."""


class DriverError(LLMAgentOSError):
    """A robot or camera driver that cannot do what was asked."""


class NotANumberError(DriverError):
    """A measured joint position that is NaN or infinite: nothing is known of the arm."""


class ActionError(LLMAgentOSError):
    """An action that an environment refuses: wrong shape, NaN or infinity, out of its range."""


class PerceptionError(LLMAgentOSError):
    """A camera frame that cannot be used: wrong shape, type or calibration."""


class MissingDependencyError(LLMAgentOSError):
    """An optional package is needed; the message names the extra that brings it."""


class SpeechError(LLMAgentOSError):
    """Nothing can be heard or said: no microphone, no loudspeaker, a program that speaks and fails."""


class TrainingError(LLMAgentOSError):
    """A training run that cannot be: an algorithm that does not fit the environment, a setting that
    is none, a folder that holds another run."""


class DatasetError(LLMAgentOSError):
    """A data set that cannot be read, or a frame or episode that does not fit into it."""


class TeleopError(LLMAgentOSError):
    """A line or key that moves no arm by hand, or a terminal or port that gives none."""


class JobError(LLMAgentOSError):
    """A job among many that raised, or whose worker died each time; the message names the job."""


class ClusterError(LLMAgentOSError):
    """Machines that jobs cannot go to: none answers, none has a core, or one has other code."""


class SchedulingError(LLMAgentOSError):
    """A task, a resource or a policy that can't be."""


class QueueFullError(SchedulingError):
    """Too many tasks are in line: try again later."""


class TaskEndedError(SchedulingError):
    """A task that is not wanted any more: cancelled, too late, or lost."""


class MessagingError(LLMAgentOSError):
    """A bus that cannot be opened, or a message that cannot be: too long, cut off, a wrong value."""


class UnknownMessageError(MessagingError):
    """A message with a type that nobody here has registered."""


class MessageVersionError(MessagingError):
    """A message of another version of a type than the one here."""


class NoServiceError(MessagingError):
    """A call to a service that nobody serves."""


class CallTimeoutError(MessagingError):
    """A call that was not answered by its deadline."""


class CallCancelledError(MessagingError):
    """A call that its caller took back."""


class CallFailedError(MessagingError):
    """A call that the other side answered with an error of its own; the message names it."""


class PeerLostError(MessagingError):
    """Whoever was called is gone: it ended, was killed, stands still, or the link is cut."""


class FleetError(LLMAgentOSError):
    """A member, task, policy or reservation of a fleet that can't be."""


class DaemonError(LLMAgentOSError):
    """The daemon can't be reached, can't keep its state, or can't do what was asked."""


class NoSuchAgentError(DaemonError):
    """The daemon keeps no agent of that name, or one of that name already."""


class NoSuchCallError(DaemonError):
    """The daemon knows no call of that number."""


class KeyReusedError(DaemonError):
    """A key that was used for another call: the same key means the same call."""


class AccessError(DaemonError):
    """Who asks may not do that."""


class TokenError(AccessError):
    """A token that nobody was given, or that is over or revoked."""


class PersonNeededError(AccessError):
    """A yes that only a person can give, from somebody who is none."""


class AdmissionError(DaemonError):
    """This machine has not what an agent needs, at the moment or at all."""


class GatewayError(DaemonError):
    """A gateway that can't be reached, or that refuses a request by a rule of its own."""


class CallError(DaemonError):
    """A call that came to no result: it failed, was cancelled, came too late or was lost."""
