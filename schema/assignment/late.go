package assignment

import (
	"time"

	"github.com/grader/grader/schema"
)

// Late holds an assignment's rules for work that arrives after due.
type Late struct {
	Until     time.Time     // the first instant after the end (the named minute is included); zero: due plus Grace
	UntilText string        // as written: "2026-10-05 23:59"
	Grace     time.Duration // elapsed time after due that costs nothing
	Penalty   *LatePenalty  // nil: late work costs nothing
	Tokens    int           // late days that may be spent here: a number, 0 for none, or AllTokens
	Consent   bool          // a late push needs the push option "late"
	AfterEnd  AfterEnd
}

// AllTokens means as many late days as the owner has left.
const AllTokens = 1 << 20

// AfterEnd says what happens to a push after the end.
type AfterEnd string

// The choices of late.after_end.
const (
	AfterEndKeep   AfterEnd = "keep"   // received and kept, neither graded nor counted
	AfterEndRefuse AfterEnd = "refuse" // refused
)

// LatePenalty is the deduction for each unit of lateness: Percent or Points, never both.
type LatePenalty struct {
	Percent schema.Points // per unit; 0: Points is set
	Points  schema.Points // per unit
	Per     LateUnit
	Of      LateBase
	Max     *schema.Points // cap of the total: per cent, or points; nil for none
}

// LateUnit is the unit in which lateness is counted.
type LateUnit string

// The units of lateness.
const (
	PerDay  LateUnit = "day"  // calendar days after due
	PerHour LateUnit = "hour" // started hours of elapsed time
	PerOnce LateUnit = "once" // one unit, however late
)

// LateBase is the value that a percentage applies to.
type LateBase string

// The bases of a percentage.
const (
	OfEarned LateBase = "earned" // the submission's score
	OfMax    LateBase = "max"    // the assignment's maximum
)

// late reads {until: …, grace: 10m, penalty: {…}, tokens: true, consent: true}.
func (r *reading) late() {
	n := r.root.get("late")
	if n == nil {
		return
	}
	o := r.object(n, "late", "until", "grace", "penalty", "tokens", "consent", "after_end")
	if n.kind != kindMapping {
		return
	}
	if r.spec.Due.IsZero() {
		r.fail(r.root.key("late"), "late needs due; write due: 2026-09-28 23:59, or leave late out")
		return
	}
	late := &Late{AfterEnd: AfterEndKeep}
	r.spec.Late = late
	r.until(late, o.get("until"))
	if v := o.get("grace"); v != nil {
		late.Grace, _ = r.duration(v, "grace")
	}
	if v := o.get("penalty"); v != nil {
		late.Penalty = r.latePenalty(v)
	}
	if v := o.get("tokens"); v != nil {
		late.Tokens = r.lateTokens(v)
	}
	if v := o.get("consent"); v != nil {
		late.Consent, _ = r.boolean(v, "consent")
	}
	if v := o.get("after_end"); v != nil {
		word, _ := r.choice(v, "after_end", string(AfterEndKeep), string(AfterEndRefuse))
		late.AfterEnd = AfterEnd(word)
	}
	for _, key := range []string{"penalty", "tokens", "consent"} {
		if o.has(key) && !o.has("until") {
			r.fail(o.key(key), "late.%s needs late.until, the end of the late period; write until: 2026-10-05 23:59", key)
		}
	}
}

func (r *reading) until(late *Late, n *node) {
	if n == nil {
		return
	}
	until, ok := r.minute(n, "until", r.zone())
	if !ok {
		return
	}
	if until.Add(minuteLength).Before(r.spec.Due) {
		r.fail(n, "until %s is before due %s; write a later time", n.text, r.spec.DueText)
		return
	}
	late.Until, late.UntilText = until.Add(minuteLength), n.text
}

// latePenalty reads {percent: 10, per: day, of: earned, max: 50} or {points: 5, per: day, max: 20}.
func (r *reading) latePenalty(n *node) *LatePenalty {
	const example = "{percent: 10, per: day} or {points: 5, per: day}"
	o := r.object(n, "late.penalty", "percent", "points", "per", "of", "max")
	p := &LatePenalty{Per: PerDay, Of: OfEarned}
	if n.kind != kindMapping {
		return p
	}
	switch {
	case o.has("percent") == o.has("points"):
		r.fail(n, "late.penalty needs either percent or points; write %s", example)
	case o.has("percent"):
		p.Percent = r.percentage(o.get("percent"), "percent")
	default:
		p.Points = r.positive(o.get("points"), "points")
	}
	if v := o.get("per"); v != nil {
		word, _ := r.choice(v, "per", string(PerDay), string(PerHour), string(PerOnce))
		p.Per = LateUnit(word)
	}
	if v := o.get("of"); v != nil {
		word, _ := r.choice(v, "of", string(OfEarned), string(OfMax))
		p.Of = LateBase(word)
		if o.has("points") {
			r.fail(o.key("of"), "late.penalty.of goes with percent; leave it out, or write percent instead of points")
		}
	}
	if v := o.get("max"); v != nil {
		most := r.latePenaltyMax(o, v)
		p.Max = &most
	}
	return p
}

func (r *reading) latePenaltyMax(o *object, n *node) schema.Points {
	if o.has("percent") {
		return r.percentage(n, "max")
	}
	return r.positive(n, "max")
}

// percentage reads a number above 0 and up to 100.
func (r *reading) percentage(n *node, what string) schema.Points {
	p := r.positive(n, what)
	if p.Cmp(schema.NewPoints(100, 1)) > 0 {
		r.fail(n, "%s must be at most 100, not %s", what, n.describe())
	}
	return p
}

// lateTokens reads true, false, or the maximum number of late days for this assignment.
func (r *reading) lateTokens(n *node) int {
	switch {
	case n.plain() && n.text == "true":
		return AllTokens
	case n.plain() && n.text == "false":
		return 0
	case n.plain() && integerPattern.MatchString(n.text):
		tokens, _ := r.integer(n, "tokens", 1, 365)
		return tokens
	}
	r.fail(n, "tokens must be true, or at most how many late days this assignment may take, such as 2, not %s", n.describe())
	return 0
}

// boolean reads true or false.
func (d *decoder) boolean(n *node, what string) (value, ok bool) {
	if n.plain() && (n.text == "true" || n.text == "false") {
		return n.text == "true", true
	}
	d.fail(n, "%s must be true or false, not %s", what, n.describe())
	return false, false
}
