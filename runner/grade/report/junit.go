package report

import (
	"regexp"
	"strings"
)

// readJUnit reads JUnit's XML: testsuites, testsuite (nested or not), testcase. Cases
// are named classname.name, without the parentheses that JUnit 5 puts after methods.
func readJUnit(document []byte, l *List) error {
	return readXML(document, l, nameJUnit)
}

// nameJUnit names a case of JUnit's XML.
func nameJUnit(class, name string) string {
	name = strings.TrimSuffix(name, "()")
	if class == "" {
		return name
	}
	return class + "." + name
}

// junitIdentity matches what the JUnit platform writes into every case's output: its own
// names for the case, which say nothing to people.
var junitIdentity = regexp.MustCompile(`(?m)^unique-id: \[engine:.*\n(display-name: .*\n?)?`)
