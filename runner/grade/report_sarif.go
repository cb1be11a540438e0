package grade

import (
	"encoding/json"
	"fmt"
	"strings"
)

// finding is one remark of an analyser.
type finding struct {
	rule, file, message string
	line                int
}

// String returns "src/List.java:12: message (rule)".
func (f finding) String() string {
	place := f.file
	if f.line > 0 {
		place = fmt.Sprintf("%s:%d", f.file, f.line)
	}
	return joinNonEmpty(": ", place, joinNonEmpty(" ", f.message, "("+f.rule+")"))
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

// readSARIF returns the findings of a SARIF document: what is no pass, not informational,
// not suppressed and not gone since a baseline.
func readSARIF(document []byte) ([]finding, error) {
	var log sarifLog
	if err := json.Unmarshal(document, &log); err != nil {
		return nil, fmt.Errorf("sarif: %w", err)
	}
	if !strings.HasPrefix(log.Version, "2.") {
		return nil, fmt.Errorf("sarif: version %q, need 2.1.0", clip(log.Version, 20))
	}
	var found []finding
	for _, run := range log.Runs {
		for _, r := range run.Results {
			if !r.counts() {
				continue
			}
			if len(found) >= maxReportCases {
				return found, errReportCap
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

func (r sarifResult) finding() finding {
	f := finding{rule: cleanCaseName(r.RuleID), message: clip(r.Message.Text, 1000)}
	if len(r.Locations) > 0 {
		p := r.Locations[0].Physical
		f.file, f.line = clip(p.Artifact.URI, 500), p.Region.StartLine
	}
	return f
}
