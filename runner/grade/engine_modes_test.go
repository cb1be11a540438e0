package grade_test

import "testing"

// TestEveryFileIsExecutable grades a submission in which every file has an execute bit. The step can still change its data
// files, and its scripts still run, with and without "#!".
func TestEveryFileIsExecutable(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	tests := files{"assignment.yaml": `
title: Modes
tests:
  - {name: data, run: "python3 main.py && cat data.txt", stdout: "old\nnew\n"}
  - {name: says so, run: ./said, stdout: "said\n"}
  - {name: does not say so, run: ./unsaid.sh, stdout: "unsaid\n"}
`}.write(t)
	points(t, gradeFiles(t, g, tests, files{
		"main.py*": "with open('data.txt', 'a') as f:\n    f.write('new\\n')\n", "data.txt*": "old\n", "empty.txt*": "",
		"said*": "#!/bin/sh\necho said\n", "unsaid.sh*": "echo unsaid\n",
	}), "3", "3")
}
