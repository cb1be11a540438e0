package assignment

// SubmissionLimit bounds how many graded submissions an owner may have in a period. A Count of 0 is
// no limit.
type SubmissionLimit struct {
	Count             int
	Per               LimitPeriod
	FreeCompileErrors bool // submissions that do not compile do not count
}

// LimitPeriod is the period after which a limit starts again.
type LimitPeriod string

// The periods of a limit.
const (
	LimitPerDay        LimitPeriod = "day"  // from local midnight
	LimitPerHour       LimitPeriod = "hour" // from the full hour
	LimitPerAssignment LimitPeriod = "assignment"
)

// submissionLimit reads {count: 20, per: day, compile_errors: free}.
func (d *decoder) submissionLimit(n *node) SubmissionLimit {
	const example = "{count: 20, per: day}"
	o := d.object(n, "submissions.limit", "count", "per", "compile_errors")
	var l SubmissionLimit
	if n.kind != kindMapping {
		return l
	}
	if v := o.get("count"); v != nil {
		l.Count, _ = d.integer(v, "count", 1, 10_000)
	} else {
		d.fail(n, "submissions.limit needs count; write %s", example)
	}
	if v := o.get("per"); v != nil {
		word, _ := d.choice(v, "per", string(LimitPerDay), string(LimitPerHour), string(LimitPerAssignment))
		l.Per = LimitPeriod(word)
	} else {
		d.fail(n, "submissions.limit needs per; write %s", example)
	}
	if v := o.get("compile_errors"); v != nil {
		word, _ := d.choice(v, "compile_errors", "free", "counted")
		l.FreeCompileErrors = word == "free"
	}
	return l
}
