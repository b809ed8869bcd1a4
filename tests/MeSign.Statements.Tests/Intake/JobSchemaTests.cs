using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using MeSign.Statements.Intake;

namespace MeSign.Statements.Tests.Intake;

/// <summary>Holds the published schema against the reader, with python3-jsonschema as the judge of the schema.</summary>
public class JobSchemaTests
{
    private const string Validator =
        """
        import json, sys
        from jsonschema import Draft202012Validator
        work = json.load(sys.stdin)
        Draft202012Validator.check_schema(work["schema"])
        validator = Draft202012Validator(work["schema"])
        json.dump([validator.is_valid(job) for job in work["jobs"]], sys.stdout)
        """;

    [Fact]
    public async Task Agrees_with_the_reader_on_every_case_that_a_schema_can_tell()
    {
        var verdicts = await ValidateAsync([.. JobCases.All.Select(row => JsonNode.Parse(row.Json))], TestContext.Current.CancellationToken);

        var disagreements = JobCases.All.Zip(verdicts)
            .Where(pair => pair.First.SchemaCanTell && pair.Second != pair.First.Code is null)
            .Select(pair => pair.First.Name);
        disagreements.ShouldBeEmpty();
    }

    [Fact]
    public async Task Leaves_to_the_reader_only_what_it_cannot_tell()
    {
        var rows = JobCases.All.Where(row => !row.SchemaCanTell).ToList();

        var verdicts = await ValidateAsync([.. rows.Select(row => JsonNode.Parse(row.Json))], TestContext.Current.CancellationToken);

        rows.Zip(verdicts).Where(pair => !pair.Second).Select(pair => pair.First.Name).ShouldBeEmpty("the schema does tell these");
    }

    [Fact]
    public async Task Shows_examples_that_are_valid_and_readable()
    {
        var examples = Schema()["examples"]!.AsArray();

        var verdicts = await ValidateAsync([.. examples.Select(example => example!.DeepClone())], TestContext.Current.CancellationToken);

        verdicts.ShouldAllBe(valid => valid);
        foreach (var example in examples)
            Should.NotThrow(() => new JobReader().Read(BinaryData.FromString(example!.ToJsonString())));
    }

    private static JsonNode Schema() => JsonNode.Parse(JobSchema.Read())!;

    private static async Task<List<bool>> ValidateAsync(JsonArray jobs, CancellationToken cancellationToken)
    {
        var work = new JsonObject { ["schema"] = Schema(), ["jobs"] = jobs };
        // Debian's own interpreter: python3-jsonschema is installed for that one.
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Validator])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = python.StandardError.ReadToEndAsync(cancellationToken);
        var output = python.StandardOutput.ReadToEndAsync(cancellationToken);
        await python.StandardInput.WriteAsync(work.ToJsonString().AsMemory(), cancellationToken);
        python.StandardInput.Close();
        await python.WaitForExitAsync(cancellationToken);

        python.ExitCode.ShouldBe(0, await errors);
        return JsonSerializer.Deserialize<List<bool>>(await output)!;
    }
}
