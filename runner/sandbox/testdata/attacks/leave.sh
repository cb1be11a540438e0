# Writes wherever it might outlive the step.
for dir in / /tmp /var/tmp /dev /dev/shm /dev/mqueue /run /run/lock /etc /usr /opt /home /root /sys/fs/cgroup /proc/sys/kernel; do
  (echo mine >"$dir/$1") 2>/dev/null
done
exit 0
