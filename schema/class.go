package schema

import "time"

// ClassRow is one student of a course with their standing in an assignment.
type ClassRow struct {
	Login   string
	Name    string
	Section string
	Dropped bool      // dropped from the course
	Pushes  int       // submissions, including kept ones
	Last    time.Time // receive time of the latest submission; zero: none
	Number  int       // number of the submission shown: the one that counts, otherwise the latest; 0: none
	Job     int64     // job that produced the submission's result; 0: none yet
	Grade   Grade     // Number 0: no submission counts
}

// CaseOutcome is the outcome of one entry of a result, without its output.
type CaseOutcome struct {
	Name     string
	Test     string // test that the case belongs to
	Outcome  Outcome
	Score    Points
	MaxScore Points
	Message  string
	Signal   string
}

// JobOutcomes holds the entries of a job's result.
type JobOutcomes struct {
	Cases []CaseOutcome
	Build *BuildResult // nil: none
}
