package schema

// Replay is a repeated grading of a submission under the conditions of its recorded result.
type Replay struct {
	Name    string // COURSE/ASSIGNMENT/OWNER/N
	Before  int64  // job whose result is repeated
	Job     int64
	Version int // number of the tests
	Flavour string
}

// Difference is a part of a result that differs.
type Difference struct {
	What   string `json:"what"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// ResultComparison holds the differences between two gradings of a submission.
type ResultComparison struct {
	Same        bool         `json:"same"` // Differences is empty
	Differences []Difference `json:"differences"`
	Environment []Difference `json:"environment"` // differences in the tools and inputs
}
