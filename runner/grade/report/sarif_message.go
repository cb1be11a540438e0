package report

import (
	"regexp"
	"strconv"
	"strings"
)

// sarifMessage is a message: a text, or the identifier of one of the rule's or the tool's texts,
// with arguments for its placeholders.
type sarifMessage struct {
	Text      string   `json:"text"`
	Markdown  string   `json:"markdown"`
	ID        string   `json:"id"`
	Arguments []string `json:"arguments"`
}

// sarifRule is a rule that a run describes.
type sarifRule struct {
	ID       string                  `json:"id"`
	Messages map[string]sarifMessage `json:"messageStrings"`
}

// sarifRuleRef refers to a rule.
type sarifRuleRef struct {
	ID    string `json:"id"`
	Index *int   `json:"index"`
}

// rule returns the rule that a result breaks, or nil if the run does not describe it.
func (run *sarifRun) rule(r sarifResult) *sarifRule {
	rules := run.Tool.Driver.Rules
	for _, index := range []*int{r.RuleIndex, r.Rule.Index} {
		if index != nil && *index >= 0 && *index < len(rules) {
			return &rules[*index]
		}
	}
	for i := range rules {
		if id := r.RuleID + r.Rule.ID; id != "" && rules[i].ID == id {
			return &rules[i]
		}
	}
	return nil
}

// ruleID returns the name of the rule that a result breaks.
func (run *sarifRun) ruleID(r sarifResult) string {
	switch rule := run.rule(r); {
	case r.RuleID != "":
		return r.RuleID
	case r.Rule.ID != "":
		return r.Rule.ID
	case rule != nil:
		return rule.ID
	}
	return ""
}

// message returns the text of a result's message.
func (run *sarifRun) message(r sarifResult) string {
	m := r.Message
	if m.Text == "" && m.ID != "" {
		known, ok := run.Tool.Driver.Messages[m.ID]
		if rule := run.rule(r); rule != nil && (!ok || rule.Messages[m.ID].Text != "") {
			known = rule.Messages[m.ID]
		}
		m.Text = known.Text
	}
	if m.Text == "" {
		m.Text = m.Markdown
	}
	return unescapeSARIF(m.Text, m.Arguments)
}

// sarifEscape matches the parts of a message that are not literal text: a doubled brace, a
// placeholder, a link to a location, and an escaped bracket (SARIF 2.1.0, 3.11.5 and 3.11.6).
var sarifEscape = regexp.MustCompile(`\{\{|\}\}|\{(\d{1,3})\}|\[((?:\\.|[^\]\\])*)\]\((?:\d+|sarif:[^)]*)\)|\\[\[\]]`)

// unescapeSARIF returns the literal text of a message. It replaces links by their text.
func unescapeSARIF(text string, arguments []string) string {
	return sarifEscape.ReplaceAllStringFunc(text, func(escape string) string {
		m := sarifEscape.FindStringSubmatch(escape)
		switch {
		case m[1] != "":
			if n, err := strconv.Atoi(m[1]); err == nil && n < len(arguments) {
				return arguments[n]
			}
			return escape
		case strings.HasPrefix(escape, "["):
			return strings.NewReplacer(`\\`, `\`, `\[`, `[`, `\]`, `]`).Replace(m[2])
		}
		return escape[1:]
	})
}
