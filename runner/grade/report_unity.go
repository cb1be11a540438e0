package grade

import "regexp"

// unityLine matches a result of ThrowTheSwitch's Unity: file:line:name:verdict[:message].
var unityLine = regexp.MustCompile(`^.*?:\d+:([^:]+):(PASS|FAIL|IGNORE)(?::\s*(.*))?$`)

// readUnity reads what Unity prints.
func readUnity(document []byte, l *caseList) error {
	return plainLines(document, func(line string) error {
		m := unityLine.FindStringSubmatch(line)
		if m == nil {
			return nil
		}
		c := reportCase{name: m[1], message: m[3]}
		switch m[2] {
		case "PASS":
			c.verdict = verdictPassed
		case "FAIL":
			c.verdict = verdictFailed
		default:
			c.verdict = verdictSkipped
		}
		return l.add(c)
	})
}
