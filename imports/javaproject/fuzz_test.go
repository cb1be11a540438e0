package javaproject_test

import (
	"strings"
	"testing"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/javaproject"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// FuzzImport imports projects with any build file. A build file is refused in words, or the result can be loaded and its
// commands contain nothing of the file that a shell would run.
func FuzzImport(f *testing.F) {
	f.Add(true, pom("<properties><a>${b}${b}</a><b>${a}</b></properties><name>${a}</name>"))
	f.Add(true, pom("<properties><a>x$(id)</a><maven.compiler.release>1${a}</maven.compiler.release></properties><dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId></dependency></dependencies>"))
	f.Add(true, pom("<build><sourceDirectory>src/main/java/../java</sourceDirectory><resources><resource><directory>a;b</directory></resource></resources></build>"))
	f.Add(true, pom("<properties><project.build.sourceEncoding>UTF-8 `id`</project.build.sourceEncoding></properties>"))
	f.Add(true, `<?xml version="1.0" encoding="ISO-8859-1"?><project><name>B`+"\xe4"+`ume</name></project>`)
	f.Add(false, "dependencies {\n  testImplementation 'junit:junit:4'\n  /* } */ implementation(\"a:b:${c}\")\n}\nsourceCompatibility = 1.8\n")
	f.Add(false, "dependencies { { } } }\nbuildscript {\ndependencies {")
	f.Add(false, "compileJava.options.encoding = 'UTF-8;id'")
	f.Fuzz(func(t *testing.T, maven bool, text string) {
		tool, file := javaproject.Gradle, "build.gradle"
		if maven {
			tool, file = javaproject.Maven, "pom.xml"
		}
		b, err := javaproject.Import(with(map[string]string{file: text}), tool, "x", javaproject.Options{Solved: true})
		if err != nil {
			if code := schema.CodeOf(err); code != schema.CodeInvalid {
				t.Fatalf("%s: %v", code, err)
			}
			return
		}
		dir := t.TempDir()
		if err := b.WriteTo(dir, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := assignment.Load(assignment.DirFiles(dir), assignment.Context{}); err != nil && schema.CodeOf(err) != schema.CodeInvalid {
			t.Fatal(err)
		}
		test := b.Assignment.Tests[0]
		for _, command := range []imports.Script{b.Assignment.Build.([]imports.Step)[0].Run, test.Compile} {
			if strings.ContainsAny(string(command), ";`|&<>\n") || strings.Count(string(command), "$(") != 1 {
				t.Errorf("the command is %s", command)
			}
		}
	})
}
