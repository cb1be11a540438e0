#!/bin/sh
# Runs a Gradescope autograder on the files in the working directory, in Gradescope's layout, and prints
# its results.json. $1 is the directory with the autograder, $2 the seconds that it may take.
# The layout stands below the working directory; /autograder in texts is replaced by where that is.
here=$(pwd)
root=$here/.autograder
mkdir -p "$root/submission" "$root/results"
for entry in "$here"/* "$here"/.[!.]*; do
	case $entry in
	"$root" | "$here/*" | "$here/.[!.]*") ;;
	*) cp -RL "$entry" "$root/submission/" ;;
	esac
done
cp -R "$1" "$root/source"
chmod -R u+w "$root/source" "$root/submission"
grep -rlI /autograder "$root/source" 2>/dev/null | while IFS= read -r file; do
	sed -i "s#/autograder\>#$root#g" "$file"
done
cp "$root/source/run_autograder" "$root/run_autograder"
chmod +x "$root/run_autograder"
[ ! -e "$root/source/.metadata.json" ] || mv "$root/source/.metadata.json" "$root/submission_metadata.json"
cd "$root" || exit 1
timeout -k 5 "$2" ./run_autograder >"$root/results/stdout" 2>&1 </dev/null
status=$?
if [ $status = 124 ] || [ $status = 137 ]; then
	echo "TIMEOUT $2" >"$root/results/.limit"
fi
cat "$root/results/.limit" 2>/dev/null
touch "$root/results/results.json"
echo "RESULTS $(wc -c <"$root/results/results.json")"
cat "$root/results/results.json"
head -c 100000 "$root/results/stdout"
exit 0
