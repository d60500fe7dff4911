"""The part of rclpy that this project may use: what Humble, Jazzy, Kilted and Rolling all have.

Knows: names and keywords, as they stand in rclpy's sources of Humble, Jazzy and Rolling and in the
wheels of Jazzy and Kilted. Does not know: this project's code (test_ros_api.py compares them).

To use a new name, look it up in all four (rclpy's branches humble, jazzy, kilted, rolling) and add
it here. Known to be missing in Humble, and so not to be used: `create_timer(autostart=)`,
`Node.count_clients`, `Client.call(timeout_sec=)`.
"""

from __future__ import annotations

#: Modules, and what is taken from each.
IMPORTS: dict[str, frozenset[str]] = {
    "rclpy": frozenset(
        {
            "Context",
            "create_node",
            "executors",
            "init",
            "ok",
            "shutdown",
            "spin",
            "spin_until_future_complete",
            "try_shutdown",
        }
    ),
    "rclpy.action": frozenset({"ActionClient", "ActionServer", "CancelResponse", "GoalResponse"}),
    "rclpy.callback_groups": frozenset(
        {"MutuallyExclusiveCallbackGroup", "ReentrantCallbackGroup"}
    ),
    "rclpy.clock": frozenset({"Clock", "ClockType", "JumpThreshold"}),
    "rclpy.duration": frozenset({"Duration"}),
    "rclpy.exceptions": frozenset({"InvalidNamespaceException", "InvalidNodeNameException"}),
    "rclpy.executors": frozenset(
        {"ExternalShutdownException", "MultiThreadedExecutor", "SingleThreadedExecutor"}
    ),
    "rclpy.impl.implementation_singleton": frozenset({"rclpy_implementation"}),
    "rclpy.lifecycle": frozenset({"LifecycleNode", "LifecycleState", "TransitionCallbackReturn"}),
    "rclpy.node": frozenset({"Node"}),
    "rclpy.parameter": frozenset({"Parameter"}),
    "rclpy.qos": frozenset(
        {"QoSDurabilityPolicy", "QoSHistoryPolicy", "QoSProfile", "QoSReliabilityPolicy"}
    ),
    "rclpy.signals": frozenset({"SignalHandlerOptions"}),
    "rclpy.time": frozenset({"Time"}),
    "rclpy.utilities": frozenset({"remove_ros_args"}),
}

#: One of these modules is there, under which name depends: Humble has the second, the others the first.
EITHER: dict[str, frozenset[str]] = {
    "rclpy.event_handler": frozenset({"SubscriptionEventCallbacks"}),
    "rclpy.qos_event": frozenset({"SubscriptionEventCallbacks"}),
}

_NONE: frozenset[str] = frozenset()
_GROUP = frozenset({"callback_group"})
_TIMEOUT = frozenset({"timeout_sec"})

#: Methods of rclpy's objects, and the keywords that may be passed.
METHODS: dict[str, frozenset[str]] = {
    # nodes
    "add_on_set_parameters_callback": _NONE,
    "count_subscribers": _NONE,
    "create_client": _GROUP,
    "create_jump_callback": frozenset({"post_callback"}),
    "create_lifecycle_publisher": _NONE,
    "create_node": frozenset({"namespace"}),
    "create_publisher": _GROUP,
    "create_service": _GROUP,
    "create_subscription": frozenset({"callback_group", "event_callbacks", "raw"}),
    "create_timer": frozenset({"callback_group", "clock"}),
    "declare_parameter": frozenset({"ignore_override"}),
    "destroy_client": _NONE,
    "destroy_node": _NONE,
    "destroy_publisher": _NONE,
    "destroy_service": _NONE,
    "destroy_subscription": _NONE,
    "destroy_timer": _NONE,
    "get_clock": _NONE,
    "get_fully_qualified_name": _NONE,
    "get_logger": _NONE,
    "get_name": _NONE,
    "get_namespace": _NONE,
    "get_node_names_and_namespaces": _NONE,
    "get_parameter": _NONE,
    "get_parameters_by_prefix": _NONE,
    "get_publishers_info_by_topic": _NONE,
    "get_subscriptions_info_by_topic": _NONE,
    "get_topic_names_and_types": _NONE,
    "has_parameter": _NONE,
    "resolve_topic_name": _NONE,
    "set_parameters": _NONE,
    "set_parameters_atomically": _NONE,
    "undeclare_parameter": _NONE,
    # life cycle
    "destroy_lifecycle_publisher": _NONE,
    "on_activate": _NONE,
    "on_cleanup": _NONE,
    "on_configure": _NONE,
    "on_deactivate": _NONE,
    "on_shutdown": _NONE,
    # executors
    "add_node": _NONE,
    "create_task": _NONE,
    "remove_node": _NONE,
    "spin_once": _TIMEOUT,
    "spin_until_future_complete": _TIMEOUT,
    "wake": _NONE,
    # topics, services, actions
    "call_async": _NONE,
    "cancel_goal_async": _NONE,
    "canceled": _NONE,
    "get_result_async": _NONE,
    "get_subscription_count": _NONE,
    "publish_feedback": _NONE,
    "remove_pending_request": _NONE,
    "send_goal_async": frozenset({"feedback_callback", "goal_uuid"}),
    "server_is_ready": _NONE,
    "service_is_ready": _NONE,
    "wait_for_server": _TIMEOUT,
    "wait_for_service": _TIMEOUT,
    "_cancel_goal_async": _NONE,
    "_get_result_async": _NONE,
    # times and futures
    "add_done_callback": _NONE,
    "to_msg": _NONE,
}
