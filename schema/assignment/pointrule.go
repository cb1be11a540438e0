package assignment

import "github.com/grader/grader/schema"

// pointRule reads 10, {each: 1} or {default: 1, "Ring*": 3}.
func (d *decoder) pointRule(n *node) PointRule {
	switch {
	case n.kind != kindMapping:
		total, _ := d.points(n, "points")
		return PointRule{Total: total}
	case len(n.fields) == 0:
		d.fail(n, "points is empty; write 10, {each: 1} or {default: 1, \"Ring*\": 3}")
		return PointRule{}
	}
	var rule PointRule
	for _, f := range n.fields {
		p, ok := d.points(f.value, "points of "+quote(f.key.text))
		if !ok {
			continue
		}
		switch f.key.text {
		case "each":
			rule.Each = &p
		case "default":
			rule.Default = &p
		default:
			rule.pattern(f.key.text, p)
		}
	}
	if rule.Each != nil && len(n.fields) > 1 {
		d.fail(n, "points: each stands alone; write {each: 1}, or for a report {default: 1, \"Ring*\": 3}")
	}
	return rule
}

func (r *PointRule) pattern(pattern string, p schema.Points) {
	if r.ByPattern == nil {
		r.ByPattern = map[string]schema.Points{}
	}
	r.ByPattern[pattern] = p
}

// penalty reads {points: 0.5, per: finding, max: 5}.
func (d *decoder) penalty(n *node) *Penalty {
	const example = "{points: 0.5, per: finding, max: 5}"
	o := d.object(n, "penalty", "points", "per", "max")
	var p Penalty
	if n.kind != kindMapping {
		return &p
	}
	if v := o.get("points"); v != nil {
		p.Points = d.positive(v, "points")
	} else {
		d.fail(n, "penalty needs points; write %s", example)
	}
	if v := o.get("per"); v != nil {
		d.choice(v, "per", "finding")
	} else {
		d.fail(n, "penalty needs per; write %s", example)
	}
	if v := o.get("max"); v != nil {
		p.Max = d.positive(v, "max")
	}
	return &p
}

func (d *decoder) positive(n *node, what string) schema.Points {
	p, ok := d.points(n, what)
	if ok && p.Sign() == 0 {
		d.fail(n, "%s must be more than 0", what)
	}
	return p
}
