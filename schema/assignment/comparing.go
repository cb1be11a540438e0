package assignment

import "regexp"

// compare reads the rule that compares output with the expected output.
func (d *decoder) compare(n *node) Compare {
	if n.kind != kindMapping {
		return d.compareWord(n)
	}
	o := d.object(n, "compare", "tokens", "float", "regex", "search")
	switch {
	case len(n.fields) != 1:
		d.fail(n, "compare names %d ways; choose one of tokens, float, regex, search", len(n.fields))
	case o.has("tokens"):
		return d.compareTokens(o.get("tokens"))
	case o.has("float"):
		return d.compareFloat(o.get("float"))
	case o.has("regex"):
		return d.compareRegex(o.get("regex"), CompareRegex)
	case o.has("search"):
		return d.compareRegex(o.get("search"), CompareSearch)
	}
	return Compare{Mode: CompareLines}
}

func (d *decoder) compareWord(n *node) Compare {
	switch n.text {
	case "float":
		d.fail(n, "compare: float needs the error that is allowed; write {float: 1e-6}")
		return Compare{Mode: CompareLines}
	case "regex", "search":
		d.fail(n, "compare: %s needs the expression; write {%s: 'a+b'}", n.text, n.text)
		return Compare{Mode: CompareLines}
	}
	mode, ok := d.choice(n, "compare", string(CompareLines), string(CompareExact), string(CompareTokens), string(CompareTrimmed), string(CompareContains))
	if !ok {
		return Compare{Mode: CompareLines}
	}
	return Compare{Mode: CompareMode(mode)}
}

func (d *decoder) compareTokens(n *node) Compare {
	c := Compare{Mode: CompareTokens}
	d.tokenRules(d.object(n, "tokens", "case", "space"), &c)
	return c
}

// tokenRules reads the rules for comparing tokens that are not numbers.
func (d *decoder) tokenRules(o *object, c *Compare) {
	if v := o.get("case"); v != nil {
		_, c.IgnoreCase = d.choice(v, "case", "ignore")
	}
	if v := o.get("space"); v != nil {
		_, c.ExactSpace = d.choice(v, "space", "exact")
	}
}

func (d *decoder) compareFloat(n *node) Compare {
	c := Compare{Mode: CompareFloat}
	if n.kind != kindMapping {
		c.Abs = d.tolerance(n, "float")
		c.Rel = c.Abs
		return c
	}
	o := d.object(n, "float", "abs", "rel", "case", "space")
	d.tokenRules(o, &c)
	if v := o.get("abs"); v != nil {
		c.Abs = d.tolerance(v, "abs")
	}
	if v := o.get("rel"); v != nil {
		c.Rel = d.tolerance(v, "rel")
	}
	if !o.has("abs") && !o.has("rel") {
		d.fail(n, "float lacks the error that is allowed; write {abs: 1e-9, rel: 1e-6}, or one of the two")
	}
	return c
}

func (d *decoder) compareRegex(n *node, mode CompareMode) Compare {
	c := Compare{Mode: mode}
	s, ok := d.text(n, string(mode))
	if !ok {
		return c
	}
	if _, err := regexp.Compile(s); err != nil {
		d.fail(n, "%s %s is no RE2 expression: %s", mode, quote(s), oneLine(err.Error()))
	}
	c.Regex = s
	return c
}
