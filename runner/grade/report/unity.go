package report

import "regexp"

// unityLine matches a result of ThrowTheSwitch's Unity: file:line:name:verdict[:message].
var unityLine = regexp.MustCompile(`^.*?:\d+:([^:]+):(PASS|FAIL|IGNORE)(?::\s*(.*))?$`)

// readUnity reads what Unity prints.
func readUnity(document []byte, l *List) error {
	return plainLines(document, func(line string) error {
		m := unityLine.FindStringSubmatch(line)
		if m == nil {
			return nil
		}
		c := Case{Name: m[1], Message: m[3]}
		switch m[2] {
		case "PASS":
			c.Verdict = Passed
		case "FAIL":
			c.Verdict = Failed
		default:
			c.Verdict = Skipped
		}
		return l.add(c)
	})
}
