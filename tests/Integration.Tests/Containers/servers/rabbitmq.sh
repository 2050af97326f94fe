#!/bin/sh
# This machine's RabbitMQ in a container: answers to the variables and paths of the official image that the compose file uses.
set -eu
export HOME=/var/lib/rabbitmq RABBITMQ_NODENAME=rabbit@rabbitmq RABBITMQ_MNESIA_BASE=/var/lib/rabbitmq/mnesia RABBITMQ_LOG_BASE=/tmp/log
export RABBITMQ_CONFIG_FILE=/tmp/rabbit.conf RABBITMQ_ENABLED_PLUGINS_FILE=/tmp/plugins RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_PID_FILE=/tmp/pid
echo '[].' > /tmp/plugins
printf 'default_user = %s\ndefault_pass = %s\nlog.console = true\ndisk_free_limit.absolute = 50MB\n' "$RABBITMQ_DEFAULT_USER" "$RABBITMQ_DEFAULT_PASS" > /tmp/rabbit.conf
exec /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server
