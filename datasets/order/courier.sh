#!/bin/sh
# Books a courier: a command as a function. Input on stdin, result on stdout, stderr is its log.
echo "booking for $TALFLOW_TASK, attempt $TALFLOW_ATTEMPT: $(cat)" >&2
echo '{"booked": true}'
