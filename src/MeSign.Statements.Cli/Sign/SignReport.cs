using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace MeSign.Statements.Cli.Sign;

/// <summary>Signs several documents at once and says what became of each, in the order in which they are done.</summary>
internal sealed class SignReport(TextWriter output, bool json)
{
    // Half of a document's time is its timestamp's way: twice the cores keep them busy.
    private static readonly int AtOnce = 2 * Environment.ProcessorCount;

    // The default encoder writes everything outside ASCII, and so every terminal escape, as \uXXXX.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly Lock _lock = new();
    private int _signed;
    private int _failed;

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(DocumentSigner signer, IReadOnlyList<SignPaths> work, CancellationToken cancellationToken)
    {
        var console = CommandConsole.On(output);
        if (json || work.Count == 1 || !console.Profile.Capabilities.Ansi)
        {
            await SignAsync(signer, work, Write, cancellationToken);
        }
        else
        {
            await console.Progress().StartAsync(async context =>
            {
                var progress = context.AddTask("Signing", maxValue: work.Count);
                await SignAsync(signer, work, result => Show(result, console, progress), cancellationToken);
            });
        }

        if (!json && work.Count > 1)
            await output.WriteLineAsync($"{_signed} signed, {_failed} not signed.");
        return _failed == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private async Task SignAsync(DocumentSigner signer, IReadOnlyList<SignPaths> work, Action<SignResult> done, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(work, options, async (paths, cancellation) =>
        {
            var result = await signer.SignAsync(paths, cancellation);
            lock (_lock)
            {
                _ = result.Result == "signed" ? _signed++ : _failed++;
                done(result);
            }
        });
    }

    private void Write(SignResult result) => output.WriteLine(json ? JsonSerializer.Serialize(result, Json) : Line(result));

    // Over a live display only what needs a look is printed.
    private static void Show(SignResult result, IAnsiConsole console, ProgressTask progress)
    {
        if (result.Result != "signed")
            console.WriteLine(Line(result));
        progress.Increment(1);
    }

    private static string Line(SignResult result) => PlainText.Of(result.Result == "signed"
        ? string.Create(CultureInfo.InvariantCulture, $"signed   {result.Output} at {result.SignedAt:yyyy-MM-dd HH:mm:ss'Z'}, {result.Milliseconds} ms{(result.Repaired is { } damage ? $", repaired first: {damage}" : "")}")
        : $"{result.Result,-8} {result.File}: {(result.Code is { } code ? $"{code}: " : "")}{result.Problem}");
}
