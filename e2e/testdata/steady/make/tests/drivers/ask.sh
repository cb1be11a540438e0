trap '' PIPE # it has its say where the program has ended already, too
echo 21
read -r answer || { echo "no answer came" >"$3/message.txt"; exit 43; }
[ "$answer" = 42 ] && exit 42
echo "$answer is not twice 21" >"$3/message.txt"
exit 43
