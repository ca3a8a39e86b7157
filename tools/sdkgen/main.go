// Command pulumi-sdkgen writes the SDK of a Pulumi package in one language, from the package's schema.
//
// It runs the generators of the Pulumi CLI's own module. A user with an official CLI has the same
// behind `pulumi package gen-sdk`; the language hosts that are built from source do not serve that command.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const (
	tool  = "pulumi-sdkgen"
	about = `Writes the SDK of a Pulumi package in one language.

usage: pulumi-sdkgen --schema schema.json --language nodejs|python|go --out DIR

Files of the same name in DIR are replaced; nothing else in it is touched.

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
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), about)
		flags.PrintDefaults()
	}
	schemaPath := flags.String("schema", "", "the package's `schema.json` (required)")
	language := flags.String("language", "", "the SDK's `language`: "+languages()+" (required)")
	out := flags.String("out", "", "the `DIR` to write to, made if it is not there (required)")
	switch err := flags.Parse(os.Args[1:]); {
	case err == flag.ErrHelp:
		return
	case err != nil:
		os.Exit(2)
	}
	if fault := misuse(flags, *schemaPath, *language, *out); fault != "" {
		fmt.Fprintf(os.Stderr, "error: %s\nhint: see %s --help\n", fault, tool)
		os.Exit(2)
	}
	if err := run(*schemaPath, *language, *out); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

// misuse says what is wrong with the arguments, or nothing.
func misuse(flags *flag.FlagSet, schemaPath, language, out string) string {
	if flags.NArg() > 0 {
		return fmt.Sprintf("unexpected argument %q", flags.Arg(0))
	}
	for _, required := range []struct{ name, value string }{{"schema", schemaPath}, {"language", language}, {"out", out}} {
		if required.value == "" {
			return fmt.Sprintf("--%s is required", required.name)
		}
	}
	if _, known := generators[language]; !known {
		return fmt.Sprintf("no generator for language %q, there are %s", language, languages())
	}
	return ""
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
	if diagnostics.HasErrors() {
		faults := []string{}
		for _, fault := range diagnostics.Errs() {
			faults = append(faults, "  "+fault.Error())
		}
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
