package assignment

// Kind says what decides the verdict of a test. Every test has exactly one.
type Kind string

// The kinds of test.
const (
	KindExit     Kind = "exit"     // the exit status alone
	KindCompare  Kind = "compare"  // the output is compared: stdout, the answers of cases, or a regex
	KindChecker  Kind = "checker"  // a trusted program reads the output
	KindDriver   Kind = "driver"   // a trusted program talks with the program
	KindReport   Kind = "report"   // the cases of an in-process framework's report
	KindFindings Kind = "findings" // the findings of a sarif report
	// KindGradescope is an autograder of Gradescope, which writes results.json.
	KindGradescope Kind = "gradescope"
)

// InProcess reports whether the verdict comes from the process that runs the submission.
func (k Kind) InProcess() bool { return k == KindReport || k == KindFindings || k == KindGradescope }

// Family reports whether the test has one entry for each case, known before it runs.
func (t *Test) Family() bool { return t.CaseGlob != "" }

// kind returns the kind of a test whose keys have been checked.
func (t *Test) kind() Kind {
	switch {
	case t.Gradescope != "":
		return KindGradescope
	case t.Report == ReportSARIF:
		return KindFindings
	case t.Report != "":
		return KindReport
	case !t.Driver.IsZero():
		return KindDriver
	case !t.Checker.IsZero():
		return KindChecker
	case t.Stdout.Set || t.Family() || t.Compare.Expression():
		return KindCompare
	}
	return KindExit
}
