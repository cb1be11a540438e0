package report

import "testing"

func TestJUnit(t *testing.T) {
	t.Parallel()
	checkReadings(t, readJUnit, []readingCase{
		{"of the JUnit console", `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="JUnit Jupiter" tests="3" skipped="1" failures="1" errors="0" time="0.1">
<testcase name="pops()" classname="StackTest" time="0.007"><failure message="expected: &lt;7&gt; but was: &lt;0&gt;" type="x"><![CDATA[org.opentest4j.AssertionFailedError
	at StackTest]]></failure><system-out><![CDATA[
unique-id: [engine:junit-jupiter]/[class:StackTest]/[method:pops()]
display-name: pops()
printed
]]></system-out></testcase>
<testcase name="pushes()" classname="StackTest" time="0.001"/>
<testcase name="later()" classname="StackTest"><skipped message="not now"/></testcase>
</testsuite>`, `StackTest.pops failed "expected: <7> but was: <0>" "org.opentest4j.AssertionFailedError\n\tat StackTest\nprinted" 7ms
StackTest.pushes passed 1ms
StackTest.later skipped "not now"
`},
		{"of GoogleTest", `<testsuites><testsuite name="List">
<testcase name="Adds" status="run" result="completed" time="0." classname="List" />
<testcase name="DISABLED_x" status="notrun" result="suppressed" classname="List" />
<testcase name="Removes" status="run" classname="List"><failure message="a&#x0A;b" type=""></failure></testcase>
</testsuite></testsuites>`, "List.Adds passed\nList.DISABLED_x skipped\nList.Removes failed \"a\\nb\"\n"},
		{"of cmocka, without classes", `<testsuites><testsuite name="t"><testcase name="adds" time="0.0"></testcase><testcase name="bad"><error message="segv"/></testcase></testsuite></testsuites>`,
			"t.adds passed\nt.bad failed \"segv\"\n"},
		{"breaks off", `<testsuite><testcase classname="A" name="a"/><testcase classname="A" name="b"><failure`,
			"A.a passed\nerror: xml: XML syntax error on line 1: unexpected EOF\n"},
		{"empty", ``, "error: xml: the document is empty\n"},
		{"something else", `<html><testcase name="a"/></html>`, "error: xml: the root element is \"html\": not a report\n"},
		{"control characters", "<testsuite><testcase name='a\x1b[31m&#27;&#0;'/></testsuite>", "a�[31m�� passed\n"},
		{"entities are not expanded", `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>`, "&b; passed\n"},
		{"of Node, which calls every class test", `<testsuites>
<testcase name="top" classname="test"/>
<testsuite name="list" tests="3"><testcase name="adds" classname="test"/>
<testsuite name="empty"><testcase name="adds" classname="test"><failure message="off"/></testcase></testsuite>
<testcase name="removes" classname="test"/></testsuite>
<testsuite name="map"><testcase name="adds" classname="test"/></testsuite></testsuites>`,
			"test.top passed\nlist.adds passed\nlist.empty.adds failed \"off\"\nlist.removes passed\nmap.adds passed\n"},
		{"suites without classes, one inside the other", `<testsuites name="all"><testsuite name="list"><testcase name="adds"/><testsuite name="empty"><testcase name="adds"/></testsuite></testsuite><testsuite><testcase name="adds"/></testsuite><testcase name="adds" classname=""/></testsuites>`,
			"list.adds passed\nlist.empty.adds passed\nadds passed\nadds passed\n"},
		{"of Criterion, whose suites alone tell cases apart", `<testsuites name="Criterion Tests" tests="1"><testsuite name="map" tests="1"><testcase name="adds" assertions="1" status="PASSED"></testcase></testsuite></testsuites>`, "map.adds passed\n"},
		{"of Node 22, top level in two files", `<testsuites><testcase name="adds" classname="test" file="/t/list.test.js"/><testcase name="adds" classname="test" file="/t/map.test.js"/></testsuites>`, "list.test.js.adds passed\nmap.test.js.adds passed\n"},
		{"of Node, quotes and what is still to do", `<testsuites><testsuite name="a &amp;quot;b&amp;quot;"><testcase name="&amp;quot;c&amp;quot;" classname="test"/><testcase name="todo" classname="test" failure="x"><skipped type="todo" message="later"/><failure message="&amp;quot;"/></testcase></testsuite></testsuites>`,
			"a \"b\".\"c\" passed\na \"b\".todo skipped \"later\\n\\\"\"\n"},
		{"display names of methods only", `<testsuite>
<testcase name="a1()" classname="T"><system-out><![CDATA[
unique-id: [engine:junit-jupiter]/[class:T]/[method:a1()]
display-name: adds two
numbers
]]></system-out></testcase>
<testcase name="a1(int)[1]" classname="T"><system-out><![CDATA[
unique-id: [engine:junit-jupiter]/[class:T]/[test-template:a1(int)]/[test-template-invocation:#1]
display-name: [1] Stack@1f
]]></system-out></testcase>
<testcase name="a2()" classname="T$In"><system-out><![CDATA[
unique-id: [engine:junit-platform-suite]/[suite:S]/[engine:junit-jupiter]/[class:T]/[nested-class:In]/[method:a2()]
display-name: holds
]]></system-out><system-out><![CDATA[
unique-id: [engine:junit-jupiter]/[class:T]/[method:a1()]
display-name: forged
]]></system-out></testcase></testsuite>`,
			"T.adds two numbers passed\nT.a1(int)[1] passed\nT$In.holds passed \"unique-id: [engine:junit-jupiter]/[class:T]/[method:a1()]\\ndisplay-name: forged\"\n"},
		{"of Gradle, which writes display names as names", `<testsuite name="T"><testcase name="adds two numbers" classname="T" time="0.01"/><testcase name="[1] 1, 2" classname="T"/></testsuite>`, "T.adds two numbers passed 10ms\nT.[1] 1, 2 passed\n"},
		{"of Surefire, with reruns and what it cannot write", `<testsuite><testcase name="a{int}[1]" classname="T"><failure message="m &amp;#27;[1m">t &amp#0; end</failure><rerunFailure message="again"/></testcase><testcase name="b" classname="T"><flakyFailure message="once"/></testcase></testsuite>`,
			"T.a{int}[1] failed \"m �[1m\" \"t � end\"\nT.b passed\n"},
		{"of cmocka, which escapes nothing", "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<testsuites>\n  <testsuite name=\"a < b\" time=\"0.000\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" >\n    <testcase name=\"x[y[0]]>1 & \"z\"\" time=\"0.000\" >\n      <failure><![CDATA[\"<a>]]><b\" != \"]]>\"\nt.c:1: error: Failure!]]></failure>\n    </testcase>\n    <testcase name=\"adds\" time=\"0.000\" >\n    </testcase>\n  </testsuite>\n</testsuites>\n",
			"a < b.x[y[0]]>1 & \"z\" failed \"\\\"<a>]]><b\\\" != \\\"]]>\\\"\\nt.c:1: error: Failure!\"\na < b.adds passed\n"},
		{"of cmocka, where a student's output ends the section", "<testsuites>\n  <testsuite name=\"t\" time=\"0.000\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" >\n    <testcase name=\"a\" time=\"0.000\" >\n      <failure><![CDATA[\"x]]> <b\" != \"y\"\nt.c:1: error: Failure!]]></failure>\n    </testcase>\n    <testcase name=\"b\" time=\"0.000\" >\n    </testcase>\n  </testsuite>\n</testsuites>\n",
			"t.a failed \"\\\"x]]> <b\\\" != \\\"y\\\"\\nt.c:1: error: Failure!\"\nt.b passed\n"},
		{"addresses in messages: Python's objects, not a test's own numbers", `<testsuite><testcase name="t"><failure message="where &lt;function f at 0x7fd6a41e8f40&gt;: 0x7fd6a41e8f40 is not 0x10">by &lt;S object at 0x55d0&gt; at 0x1000</failure></testcase></testsuite>`,
			"t failed \"where <function f at 0x…>: 0x7fd6a41e8f40 is not 0x10\" \"by <S object at 0x…> at 0x1000\"\n"},
		{"addresses in names", `<testsuite name="s"><testcase name="[&lt;Stack object at 0x7f8e5b5982d0&gt;]"/><testcase name="v/0xc000012345"/><testcase name="[1] java.lang.Object@2805d709"/><testcase name="T$$Lambda$448/0x00007fa78c10c000@4c60d6e9"/><testcase name="[2] [I@1b28cdfa"/><testcase name="mask 0xdeadbeef of bob@example"/></testsuite>`,
			"s.[<Stack object at 0x…>] passed\ns.v/0x… passed\ns.[1] java.lang.Object@… passed\ns.T$$Lambda$448/0x…@… passed\ns.[2] [I@… passed\ns.mask 0xdeadbeef of bob@example passed\n"},
	})
}
