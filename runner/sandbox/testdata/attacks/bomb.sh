# The classic one, and what shells make easy besides.
case $1 in
fork) bomb() { bomb | bomb & }; bomb; while :; do :; done ;;
output) yes ;;
sleep) sleep 600 ;;
stop) kill -STOP $$ ;;
orphans) for i in $(seq 30); do (setsid sh -c 'trap "" TERM HUP INT; exec sleep 600' &) ; done ;;
esac
