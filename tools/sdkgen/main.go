// Command pulumi-sdkgen writes the SDK of a Pulumi package in one language, from the package's schema.
//
// It runs the generators of the Pulumi CLI's own module. A user with an official CLI has the same
// behind `pulumi package gen-sdk`; the language hosts that are built from source do not serve that command.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const (
	tool  = "pulumi-sdkgen"
	about = `Writes the SDK of a Pulumi package in one language.

usage: pulumi-sdkgen --schema FILE --language LANGUAGE --out DIR

  --schema FILE        the package's schema.json
  --language LANGUAGE  nodejs, python or go
  --out DIR            the folder to write to, made if it is not there; files of the
                       same name are replaced, nothing else in it is touched
  --help               print this
`
)

// generate returns an SDK's files by their slash-separated path.
type generate func(*schema.Package) (map[string][]byte, error)

var generators = map[string]generate{
	"nodejs": func(pkg *schema.Package) (map[string][]byte, error) {
		return nodejs.GeneratePackage(tool, pkg, nil, nil, true, nil)
	},
	"python": func(pkg *schema.Package) (map[string][]byte, error) {
		return python.GeneratePackage(tool, pkg, nil, nil)
	},
	"go": func(pkg *schema.Package) (map[string][]byte, error) {
		return gogen.GeneratePackage(tool, pkg, nil)
	},
}

func main() {
	flags := flag.NewFlagSet(tool, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	schemaPath := flags.String("schema", "", "")
	language := flags.String("language", "", "")
	out := flags.String("out", "", "")
	err := flags.Parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		fmt.Print(about)
		return
	}
	if err == nil {
		err = misuse(flags.Args(), *schemaPath, *language, *out)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\nhint: see %s --help\n", err, tool)
		os.Exit(2)
	}
	if err := run(*schemaPath, *language, *out); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

// misuse says what is wrong with the arguments.
func misuse(rest []string, schemaPath, language, out string) error {
	if len(rest) > 0 {
		return fmt.Errorf("unexpected argument %q", rest[0])
	}
	for _, required := range []struct{ name, value string }{{"schema", schemaPath}, {"language", language}, {"out", out}} {
		if required.value == "" {
			return fmt.Errorf("--%s is required", required.name)
		}
	}
	if _, known := generators[language]; !known {
		return fmt.Errorf("no generator for language %q, there are %s", language, languages())
	}
	return nil
}

func run(schemaPath, language, out string) error {
	pkg, err := bind(schemaPath)
	if err != nil {
		return err
	}
	files, err := generators[language](pkg)
	if err != nil {
		return fmt.Errorf("generating the %s SDK of %s: %w", language, pkg.Name, err)
	}
	for path, content := range files {
		if err := write(filepath.Join(out, filepath.FromSlash(path)), content); err != nil {
			return fmt.Errorf("writing the SDK: %w", err)
		}
	}
	return nil
}

// bind reads a schema and resolves its references, with every fault of the schema in the error.
func bind(path string) (*schema.Package, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(content, &spec); err != nil {
		return nil, fmt.Errorf("reading the schema %s: %w", path, err)
	}
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, fmt.Errorf("binding the schema %s: %w", path, err)
	}
	faults := []string{}
	for _, diagnostic := range diagnostics {
		if diagnostic.Severity == hcl.DiagError {
			faults = append(faults, "  "+strings.TrimSpace(diagnostic.Summary+" "+diagnostic.Detail))
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("the schema %s is not valid:\n%s", path, strings.Join(faults, "\n"))
	}
	return pkg, nil
}

func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

func languages() string {
	return strings.Join(slices.Sorted(maps.Keys(generators)), ", ")
}
