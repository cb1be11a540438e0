package e2e

import (
	"fmt"
	"strings"
)

// form is a way to test an exercise: a test framework with its files.
type form struct {
	name     string
	spec     string // build and tests of assignment.yaml; {module} and {class} stand for the exercise's names
	solution string // file name of the solution, with the same placeholders
	locked   string // locked file of the starter
	tests    func(e exercise) map[string]string
	starter  func(e exercise) map[string]string // includes the locked file
	programs []string                           // programs that the machine must have
	costly   bool                               // the tests take long to compile; skipped with -short
}

// fill replaces the placeholders of a text with the exercise's names.
func (e exercise) fill(text string) string {
	return strings.NewReplacer("{module}", e.module(), "{class}", e.class()).Replace(text)
}

// one returns a set with one file.
func one(name string, text func(exercise) string) func(exercise) map[string]string {
	return func(e exercise) map[string]string { return map[string]string{e.fill(name): text(e)} }
}

// unitsOf returns the build and the in-process tests of an assignment.yaml.
func unitsOf(build, compile, run, report string) string {
	spec := ""
	if build != "" {
		spec = fmt.Sprintf("build:\n  - {name: compile, run: %q}\n", build)
	}
	spec += "tests:\n  - name: units\n    needs: [\"units/**\"]\n"
	if compile != "" {
		spec += fmt.Sprintf("    compile: %q\n", compile)
	}
	return spec + fmt.Sprintf("    run: %q\n    report: %s\n    points: 20\n", run, report)
}

// cForm returns a form in C. Its only file of tests is linked with the solution's object file.
func cForm(name, flags, run, report string, tests func(exercise) string) form {
	return form{
		name: name, solution: "{module}.c", locked: "{module}.h", programs: []string{"gcc"},
		spec: unitsOf("gcc -std=c17 -O1 -Wall -c {module}.c",
			"gcc -std=c17 -w -I$ARTEFACTS -o $TEST_OUT/units $NEEDS/units/tests.c $ARTEFACTS/{module}.o "+flags, run, report),
		tests: one("tests.c", tests),
		starter: func(e exercise) map[string]string {
			return map[string]string{e.fill("{module}.h"): cHeader(e), e.fill("{module}.c"): cStarter(e)}
		},
	}
}

// cppForm returns a form in C++.
func cppForm(name, flags, run string, tests func(exercise) string) form {
	return form{
		name: name, solution: "{module}.cpp", locked: "{module}.h", programs: []string{"g++"},
		spec: unitsOf("g++ -std=c++17 -Wall -c {module}.cpp",
			"g++ -std=c++17 -I$ARTEFACTS -o $TEST_OUT/units $NEEDS/units/tests.cpp $ARTEFACTS/{module}.o "+flags, run, "junit"),
		tests: one("tests.cpp", tests),
		starter: func(e exercise) map[string]string {
			return map[string]string{e.fill("{module}.h"): cppHeader(e), e.fill("{module}.cpp"): cppStarter(e)}
		},
	}
}

// javaForm returns a form in Java. ConsoleLauncher also runs the tests of JUnit 4.
func javaForm(name, variable string, tests func(exercise) string) form {
	return form{
		name: name, solution: "{class}.java", programs: []string{"javac"},
		spec: unitsOf("javac -proc:none -d out {class}.java",
			"javac -proc:none -d $TEST_OUT -cp $"+variable+":$ARTEFACTS/out $NEEDS/units/{class}Test.java",
			"java -cp $CLASSPATH_JUNIT:$TEST_OUT:out org.junit.platform.console.ConsoleLauncher --scan-class-path $TEST_OUT --reports-dir $REPORTS --details none --disable-banner",
			"junit"),
		tests: one("{class}Test.java", tests), starter: one("{class}.java", javaStarter),
	}
}

// pythonForm returns a form in Python.
func pythonForm(name string, tests func(exercise) string) form {
	return form{
		name: name, solution: "{module}.py", programs: []string{"python3"},
		spec:  unitsOf("", "", "$PYTEST --junitxml=$REPORTS/units.xml $NEEDS/units", "junit"),
		tests: one("test_{module}.py", tests), starter: one("{module}.py", pythonStarter),
	}
}

func cmocka() form {
	return cForm("cmocka", "$CMOCKA", "CMOCKA_MESSAGE_OUTPUT=xml CMOCKA_XML_FILE=$REPORTS/units.xml $TEST_OUT/units", "junit", cmockaTests)
}

func tap() form { return cForm("tap", "", "$TEST_OUT/units", "tap", tapTests) }

func unity() form { return cForm("unity", "", "$TEST_OUT/units", "unity", unityTests) }

// ctest builds with cmake, which finds the solution's source in $ARTEFACTS.
func ctest() form {
	f := cForm("ctest", "", "", "", nil)
	f.programs = []string{"gcc", "cmake"}
	f.spec = unitsOf("gcc -std=c17 -Wall -fsyntax-only {module}.c",
		"cmake -S $NEEDS/units -B $TEST_OUT/b -DWORK=$ARTEFACTS >/dev/null; cmake --build $TEST_OUT/b",
		"cp $TEST_OUT/b/CTestTestfile.cmake .; ctest --output-junit $REPORTS/units.xml", "ctest")
	f.tests = func(e exercise) map[string]string {
		return map[string]string{"tests.c": ctestTests(e), "CMakeLists.txt": ctestProject(e)}
	}
	return f
}

func googleTest() form {
	return cppForm("googletest", "$GTEST", "$TEST_OUT/units --gtest_output=xml:$REPORTS/units.xml", googleTests)
}

func catch2() form {
	f := cppForm("catch2", "$CATCH2", "$TEST_OUT/units --reporter junit --out $REPORTS/units.xml", catchTests)
	f.costly = true
	return f
}

func junit5Form() form { return javaForm("junit5", "CLASSPATH_JUNIT", junit5().tests) }

func junit4Form() form { return javaForm("junit4", "CLASSPATH_JUNIT4", junit4().tests) }

func pytest() form { return pythonForm("pytest", pytestTests) }

func unittest() form { return pythonForm("unittest", unittestTests) }

// goTest runs the tests in the directory of the solution, because both are in one package.
func goTest() form {
	return form{
		name: "go", costly: true, solution: "{module}.go", locked: "go.mod", programs: []string{"../local/go/bin/go"},
		spec:  unitsOf("", "", "cp $NEEDS/units/*_test.go .; go test -vet=off -json .", "go-test-json"),
		tests: one("{module}_test.go", goTests),
		starter: func(e exercise) map[string]string {
			return map[string]string{"go.mod": "module example.org/exercise\n\ngo 1.21\n", e.fill("{module}.go"): goStarter(e)}
		},
	}
}

// asCases returns a form in which the solution is a program that reads the input and prints the
// answer.
func asCases(ending string) form {
	empty := map[string]string{
		"c": "int main(void) { return 0; }\n", "cpp": "int main() {}\n", "py": "pass\n",
		"java": "class Main {\n    public static void main(String[] args) {}\n}\n",
	}
	name := "main." + ending
	if ending == "java" {
		name = "Main.java"
	}
	return form{
		name: "cases-" + ending, solution: name, programs: []string{map[string]string{"c": "gcc", "cpp": "g++", "py": "python3", "java": "javac"}[ending]},
		spec:    "build: auto\ntests:\n  - {name: units, run: [$PROGRAM], cases: \"io/*.in\", compare: COMPARE, points: 20}\n",
		tests:   caseFiles,
		starter: one(name, func(exercise) string { return empty[ending] }),
	}
}
