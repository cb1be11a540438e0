package report

import "strings"

// readJUnit reads JUnit's XML: testsuites, testsuite (nested or not), testcase. Cases are named
// classname.name, without the parentheses that JUnit 5 puts after methods. For a method with a
// display name, that is the name.
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

// junitIdentity is the part of a case's first system-out in the JUnit platform's legacy XML that
// identifies the case: a unique identifier and a display name, in two lines or more.
type junitIdentity struct {
	known   bool
	kind    string // of the last segment of the identifier: "method", "test-template-invocation"
	display string
}

// read reads the text of a system-out of a named case. It reports whether the text is the identity,
// and returns the output of the case if that follows in the same element.
func (j *junitIdentity) read(text, name string) (printed string, is bool) {
	id, rest, found := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	id, isID := strings.CutPrefix(id, "unique-id: [engine:")
	display, isDisplay := strings.CutPrefix(rest, "display-name: ")
	if j.known || !found || !isID || !isDisplay {
		return text, false
	}
	j.known, j.display = true, strings.TrimSpace(display)
	j.kind, _, _ = strings.Cut(id[strings.LastIndex(id, "/[")+1:], ":")
	j.kind = strings.TrimPrefix(j.kind, "[")
	if first, rest, more := strings.Cut(j.display, "\n"); more && first == name {
		j.display, printed = first, rest
	}
	return printed, true
}

// title returns the name of a case: a method's display name, or the name in the report. It does not
// use the display names of a parametrised test's runs, because they contain the arguments, and an
// argument may print the submission's objects.
func (j *junitIdentity) title(name string) string {
	if j.kind != "method" || j.display == "" || j.display == name {
		return name
	}
	return j.display
}

// arguments returns what distinguishes a run of a parametrised or dynamic test from the others.
func (j *junitIdentity) arguments() string {
	if j.kind != "test-template-invocation" && j.kind != "dynamic-test" {
		return ""
	}
	return j.display
}
