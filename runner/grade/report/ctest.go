package report

// readCTest reads CTest's Test.xml (ctest -T Test) and what ctest --output-junit
// writes, which is JUnit's XML with the test's name twice.
func readCTest(document []byte, l *List) error {
	return readXML(document, l, func(_, name string) string { return name })
}
