package course

import "github.com/grader/grader/schema"

// Progress holds what an owner has reached in an assignment, and what decides how much of it they may see.
type Progress struct {
	Owner    string                // of the pushes: a person or a team
	Terms    Terms                 // of a push now, with the grade
	Counting Owner                 // of the submission that counts: the same owner, or a team that the owner has left
	Pushes   int                   // submissions to the assignment
	Regrade  *schema.RegradeNotice // the change of the grade by the latest applied regrade set; nil: none changed it
}
