package report

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/grader/grader/schema"
)

// Finding is one finding of an analyser.
type Finding struct {
	Rule, Message string
	File          string // a path, or a URI that is not a file's
	Line          int    // from 1; 0 means unknown
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
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

// sarifRun is one run of one analyser.
type sarifRun struct {
	Tool struct {
		Driver struct {
			Rules    []sarifRule             `json:"rules"`
			Messages map[string]sarifMessage `json:"globalMessageStrings"`
		} `json:"driver"`
	} `json:"tool"`
	Artifacts []struct {
		Location sarifArtifact `json:"location"`
	} `json:"artifacts"`
	Results []sarifResult `json:"results"`
}

// sarifArtifact identifies a file by a URI, or by its index in the run's artifacts.
type sarifArtifact struct {
	URI   string `json:"uri"`
	Index *int   `json:"index"`
}

// sarifResult is one result of a run.
type sarifResult struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    *int              `json:"ruleIndex"`
	Rule         sarifRuleRef      `json:"rule"`
	Kind         string            `json:"kind"`
	Level        string            `json:"level"`
	Baseline     string            `json:"baselineState"`
	Suppressions []json.RawMessage `json:"suppressions"`
	Message      sarifMessage      `json:"message"`
	Locations    []struct {
		Physical struct {
			Artifact sarifArtifact `json:"artifactLocation"`
			Region   struct {
				StartLine int `json:"startLine"`
			} `json:"region"`
		} `json:"physicalLocation"`
	} `json:"locations"`
}

// ReadSARIF returns the findings of a SARIF document. It omits results that passed, are
// informational, are suppressed or are absent since a baseline. The error is ErrTooLarge, or it
// says why this is not a SARIF document.
func ReadSARIF(document []byte) ([]Finding, error) {
	text, err := decodeMarked(document)
	if err != nil {
		return nil, fmt.Errorf("sarif: %w", err)
	}
	var log sarifLog
	if err := json.Unmarshal(text, &log); err != nil {
		return nil, fmt.Errorf("sarif: %w", err)
	}
	if !strings.HasPrefix(log.Version, "2.") {
		return nil, fmt.Errorf("sarif: version %q, need 2.1.0", schema.Excerpt(log.Version, 20))
	}
	var found []Finding
	for i := range log.Runs {
		run := &log.Runs[i]
		for _, r := range run.Results {
			if !r.counts() {
				continue
			}
			if len(found) >= maxCases {
				return found, ErrTooLarge
			}
			found = append(found, run.finding(r))
		}
	}
	return found, nil
}

// counts reports whether a result is a finding.
func (r sarifResult) counts() bool {
	kind := r.Kind == "" || r.Kind == "fail" || r.Kind == "review" || r.Kind == "open"
	return kind && r.Level != "none" && len(r.Suppressions) == 0 && r.Baseline != "absent"
}

// finding converts a result to a finding.
func (run *sarifRun) finding(r sarifResult) Finding {
	f := Finding{Rule: cleanName(run.ruleID(r)), Message: schema.Excerpt(run.message(r), 1000)}
	if len(r.Locations) > 0 {
		p := r.Locations[0].Physical
		f.File, f.Line = sarifPath(run.uri(p.Artifact)), p.Region.StartLine
	}
	return f
}

// uri returns the URI of a file.
func (run *sarifRun) uri(a sarifArtifact) string {
	if a.URI == "" && a.Index != nil && *a.Index >= 0 && *a.Index < len(run.Artifacts) {
		return run.Artifacts[*a.Index].Location.URI
	}
	return a.URI
}

// sarifPath returns the path of a file's URI, without percent-encoding. It returns any other URI
// unchanged.
func sarifPath(uri string) string {
	path := uri
	if rest, ok := strings.CutPrefix(uri, "file:"); ok {
		path = strings.TrimPrefix(strings.TrimPrefix(rest, "//localhost/"), "//")
		if strings.HasPrefix(rest, "//localhost/") {
			path = "/" + path
		}
	} else if strings.Contains(uri, "://") {
		return oneLine(uri)
	}
	if plain, err := url.PathUnescape(path); err == nil {
		path = plain
	}
	return oneLine(path)
}

// oneLine makes a path printable, on one line.
func oneLine(path string) string {
	return strings.NewReplacer("\n", "�", "\t", "�").Replace(schema.Sanitize(path[:min(len(path), 500)]))
}
