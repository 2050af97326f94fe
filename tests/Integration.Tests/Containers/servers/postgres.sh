#!/bin/sh
# This machine's PostgreSQL in a container: answers to the variables and paths of the official image that the compose file uses.
set -eu
programs="$(echo /usr/lib/postgresql/*/bin)"
data=/var/lib/postgresql/data/cluster
as="setpriv --reuid=999 --regid=999 --clear-groups"
chown 999:999 /var/lib/postgresql/data
echo 'postgres:x:999:999::/tmp:/bin/sh' >> /etc/passwd
if [ ! -d "$data" ]; then
  echo "$POSTGRES_PASSWORD" > /tmp/password && chmod 644 /tmp/password
  $as "$programs/initdb" -D "$data" -U "$POSTGRES_USER" --pwfile=/tmp/password -A scram-sha-256 --no-sync -E UTF8 --locale=C
  rm /tmp/password
  echo 'host all all all scram-sha-256' >> "$data/pg_hba.conf"
  echo "CREATE DATABASE $POSTGRES_DB" | $as "$programs/postgres" --single -D "$data" postgres
fi
exec $as "$programs/postgres" -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp -c max_connections=200
