package sandbox

import _ "github.com/grader/grader/runner/sandbox/stage" // makes a stage of this binary

// Stage says that this binary opens walls, and so is started again as the stage of
// every step. The work is done before main begins (see package stage); a program that
// calls nothing of this package still works.
func Stage() {}
