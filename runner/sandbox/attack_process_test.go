package sandbox_test

import "time"

// processAttacks returns attacks that start too many processes, run too long, hide, stay behind, or
// attack other processes.
func processAttacks() []attack {
	const kind = "processes"
	short, busy, many := usual(), usual(), usual()
	short.Wall = 700 * time.Millisecond
	busy.CPU = 300 * time.Millisecond
	many.CPU = 10 * time.Second
	bomb := []string{"cpu limit", "memory limit"}
	stopped := []string{"wall limit"}
	return []attack{
		{kind: kind, name: "fork bomb", program: "forkbomb.c", limits: busy, ends: bomb},
		{kind: kind, name: "fork bomb that ignores signals and leaves its session", program: "forkbomb.c", args: []string{"hard"}, limits: busy, ends: bomb},
		{kind: kind, name: "fork bomb that kills everybody", program: "forkbomb.c", args: []string{"murder"}, limits: busy, ends: []string{"signal 9", "cpu limit"}},
		{kind: kind, name: "fork bomb of a shell", program: "bomb.sh", args: []string{"fork"}, limits: busy, ends: append(bomb, "exit 254")},
		{kind: kind, name: "fork bomb of Python", program: "bomb.py", args: []string{"fork"}, limits: busy, ends: bomb, slow: true},
		{kind: kind, name: "threads of Python without end", program: "bomb.py", args: []string{"threads"}, limits: busy, ends: bomb, slow: true},
		{kind: kind, name: "threads of Java without end", program: "Bomb.java", args: []string{"threads"}, limits: roomy(), ends: []string{"cpu limit", "memory limit", "wall limit"}, slow: true},
		{kind: kind, name: "daemon that writes later", program: "daemon.c"},
		{kind: kind, name: "orphans that ignore signals and keep the output open", program: "bomb.sh", args: []string{"orphans"}},
		{kind: kind, name: "zombies", program: "zombies.c", limits: many, ends: []string{"exit 0", "cpu limit"}, slow: true},
		{kind: kind, name: "stop itself", program: "bomb.sh", args: []string{"stop"}, limits: short, ends: stopped},
		{kind: kind, name: "stop and kill everybody, pid 1, the runner and its parent", program: "kill.c", args: []string{"$RUNNER", "$PARENT", "$NEIGHBOUR"}, limits: short, ends: stopped},
		{kind: kind, name: "priorities, limits and queues of others", program: "neighbour.c", args: []string{"$RUNNER", "$PARENT", "$NEIGHBOUR"}},
		{kind: "time", name: "sleep", program: "bomb.sh", args: []string{"sleep"}, limits: short, ends: stopped},
		{kind: "time", name: "spin", program: "spin.c", limits: busy, ends: bomb},
		{kind: "time", name: "spin in eight threads", program: "spin.c", args: []string{"threads"}, limits: busy, ends: bomb},
		{kind: "time", name: "spin in double-forked children", program: "spin.c", args: []string{"children"}, limits: busy, ends: bomb},
		{kind: "time", name: "spin in children that live for milliseconds", program: "spin.c", args: []string{"brief"}, limits: brief(), ends: []string{"cpu limit", "wall limit"}, slow: true},
		{kind: "time", name: "spin under a lying name, not dumpable", program: "spin.c", args: []string{"liar"}, limits: busy, ends: bomb},
		{kind: "time", name: "a number of Python that takes years", program: "bomb.py", args: []string{"number"}, limits: busy, ends: []string{"cpu limit", "memory limit"}, slow: true},
	}
}
