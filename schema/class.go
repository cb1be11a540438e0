package schema

import "time"

// ClassRow is one student of a course with their standing in an assignment.
type ClassRow struct {
	Login   string
	Name    string
	Section string
	Dropped bool      // dropped from the course
	Pushes  int       // submissions, including kept ones
	Last    time.Time // when the latest was received; zero: none
	Number  int       // of the submission whose tests are shown: the counting one, otherwise the latest; 0: none
	Job     int64     // that produced its result; 0: none yet
	Grade   Grade     // Number 0: no submission counts
}

// CaseOutcome is how one entry of a result ended, without its output.
type CaseOutcome struct {
	Name     string  `json:"name"`
	Test     string  `json:"test"` // that it belongs to
	Outcome  Outcome `json:"outcome"`
	Score    Points  `json:"score"`
	MaxScore Points  `json:"max_score"`
	Message  string  `json:"message"`
	Signal   string  `json:"signal"`
}

// JobOutcomes are the entries of a job's result.
type JobOutcomes struct {
	Job   int64
	Cases []CaseOutcome
	Build *BuildResult // nil: none
}
