package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/grader/grader/schema"
)

// Finding is one remark of an analyser.
type Finding struct {
	Rule, Message string
	File          string // as the report names it: a path or a URI
	Line          int    // from 1; 0 where none is given
}

// String returns "src/List.java:12: message (rule)".
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if f.Message != "" {
		b.WriteString(f.Message + " ")
	}
	return b.String() + "(" + f.Rule + ")"
}

// sarifLog is the part of a SARIF 2.1.0 document that grading needs.
type sarifLog struct {
	Version string `json:"version"`
	Runs    []struct {
		Results []sarifResult `json:"results"`
	} `json:"runs"`
}

// sarifResult is one result of a run.
type sarifResult struct {
	RuleID       string            `json:"ruleId"`
	Kind         string            `json:"kind"`
	Level        string            `json:"level"`
	Baseline     string            `json:"baselineState"`
	Suppressions []json.RawMessage `json:"suppressions"`
	Message      struct {
		Text string `json:"text"`
	} `json:"message"`
	Locations []struct {
		Physical struct {
			Artifact struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region struct {
				StartLine int `json:"startLine"`
			} `json:"region"`
		} `json:"physicalLocation"`
	} `json:"locations"`
}

// ReadSARIF returns the findings of a SARIF document. Results that passed, are
// informational, are suppressed or are absent since a baseline are not findings. The error
// is ErrTooLarge, or it says why this is not a SARIF document.
func ReadSARIF(document []byte) ([]Finding, error) {
	var log sarifLog
	if err := json.Unmarshal(document, &log); err != nil {
		return nil, fmt.Errorf("sarif: %w", err)
	}
	if !strings.HasPrefix(log.Version, "2.") {
		return nil, fmt.Errorf("sarif: version %q, need 2.1.0", schema.Excerpt(log.Version, 20))
	}
	var found []Finding
	for _, run := range log.Runs {
		for _, r := range run.Results {
			if !r.counts() {
				continue
			}
			if len(found) >= maxCases {
				return found, ErrTooLarge
			}
			found = append(found, r.finding())
		}
	}
	return found, nil
}

// counts reports whether a result is a finding.
func (r sarifResult) counts() bool {
	kind := r.Kind == "" || r.Kind == "fail" || r.Kind == "review" || r.Kind == "open"
	return kind && r.Level != "none" && len(r.Suppressions) == 0 && r.Baseline != "absent"
}

func (r sarifResult) finding() Finding {
	f := Finding{Rule: cleanName(r.RuleID), Message: schema.Excerpt(r.Message.Text, 1000)}
	if len(r.Locations) > 0 {
		p := r.Locations[0].Physical
		f.File, f.Line = schema.Excerpt(p.Artifact.URI, 500), p.Region.StartLine
	}
	return f
}
