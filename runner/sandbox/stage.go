package sandbox

import _ "github.com/grader/grader/runner/sandbox/stage" // turns this binary into a stage

// Stage marks a binary that opens walls and is therefore started again as the stage of every step.
// The import does the work before main begins (see package stage), so a program that calls nothing
// of this package works too.
func Stage() {}
