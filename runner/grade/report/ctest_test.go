package report

import "testing"

func TestCTest(t *testing.T) {
	t.Parallel()
	checkReadings(t, readCTest, []readingCase{
		{"Test.xml", `<Site><Testing><TestList><Test>./a</Test></TestList>
<Test Status="passed"><Name>a</Name><Path>.</Path><Results><NamedMeasurement type="numeric/double" name="Execution Time"><Value>0.25</Value></NamedMeasurement><Measurement><Value>hello</Value></Measurement></Results></Test>
<Test Status="failed"><Name>b</Name><Results><Measurement><Value>boom</Value></Measurement></Results></Test>
<Test Status="notrun"><Name>c</Name></Test></Testing></Site>`, "a passed \"hello\" 250ms\nb failed \"boom\"\nc skipped\n"},
		{"--output-junit", `<testsuite name="x"><testcase name="a" classname="a" time="0.01" status="run"><system-out>hi</system-out></testcase><testcase name="b" classname="b" status="fail"><failure message=""/></testcase></testsuite>`,
			"a passed \"hi\" 10ms\nb failed\n"},
		{"output that cannot be unpacked", `<Site><Testing><Test Status="failed"><Name>a</Name><Results><Measurement><Value encoding="base64" compression="gzip">eJx!</Value></Measurement></Results></Test></Testing></Site>`, "a failed \"eJx!\"\n"},
		{"a test that crashed", `<Site><Testing><Test Status="failed"><Name>a</Name><Results><NamedMeasurement name="Exit Code"><Value>SEGFAULT</Value></NamedMeasurement><NamedMeasurement name="Completion Status"><Value>Completed</Value></NamedMeasurement></Results></Test></Testing></Site>`, "a failed \"SEGFAULT\"\n"},
	})
}
