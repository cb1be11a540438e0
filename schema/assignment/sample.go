package assignment

import "github.com/grader/grader/schema"

const sampleExample = "{dir: samples/off-by-one/, score: 14}"

// sample reads {dir: samples/off-by-one/, score: 14, outcome: failed}.
func (r *reading) sample(n *node) {
	o := r.object(n, "a sample", "dir", "score", "outcome")
	if n.kind != kindMapping {
		return
	}
	var s Sample
	if v := o.get("dir"); v != nil {
		s.Dir, _ = r.directory(v, "dir")
	} else {
		r.fail(n, "a sample needs dir; write %s", sampleExample)
	}
	if v := o.get("score"); v != nil {
		r.sampleScore(v, &s)
	} else {
		s.AnyScore = true
	}
	if v := o.get("outcome"); v != nil {
		s.Outcomes = r.outcomes(v)
	}
	if !o.has("score") && !o.has("outcome") {
		r.fail(n, "a sample needs the score that it must get; write %s", sampleExample)
	}
	r.spec.Samples = append(r.spec.Samples, s)
}

// sampleScore reads 14 or {min: 10, max: 14}.
func (r *reading) sampleScore(n *node, s *Sample) {
	if n.kind != kindMapping {
		s.Score, _ = r.points(n, "score")
		return
	}
	o := r.object(n, "score", "min", "max")
	var most schema.Points
	for key, to := range map[string]*schema.Points{"min": &s.Score, "max": &most} {
		if v := o.get(key); v != nil {
			*to, _ = r.points(v, key)
		} else {
			r.fail(n, "score lacks %s; write a number, or {min: 10, max: 14}", key)
		}
	}
	if most.Cmp(s.Score) < 0 {
		r.fail(n, "score: min %s is more than max %s; exchange them", s.Score, most)
	}
	s.Most = &most
}

// outcomes reads one outcome or a list of them.
func (r *reading) outcomes(n *node) []schema.Outcome {
	items := []*node{n}
	if n.kind == kindList {
		items = r.list(n, "outcome", "[failed, time-limit]")
	}
	var outcomes []schema.Outcome
	for _, item := range items {
		if word, ok := r.choice(item, "outcome", sampleOutcomes()...); ok {
			outcomes = append(outcomes, schema.Outcome(word))
		}
	}
	return outcomes
}

func sampleOutcomes() []string {
	var words []string
	for _, o := range []schema.Outcome{
		schema.OutcomePassed, schema.OutcomePartial, schema.OutcomeFailed, schema.OutcomeTimeLimit, schema.OutcomeMemoryLimit,
		schema.OutcomeOutputLimit, schema.OutcomeDiskLimit, schema.OutcomeCrashed, schema.OutcomeMissing, schema.OutcomeCompileError,
	} {
		words = append(words, string(o))
	}
	return words
}
