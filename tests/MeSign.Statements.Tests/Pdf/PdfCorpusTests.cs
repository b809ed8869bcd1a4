using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using MeSign.Statements.Pdf;
using MeSign.Statements.Tests.Signing;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>
/// Every PDF of a folder signed three times, at B-B, B-T and B-LTA in turn, and judged: for collections that are too large for the
/// repository. <c>MESIGN_CORPUS=FOLDER dotnet run --project tests/MeSign.Statements.Tests -- -explicit only -class "*.PdfCorpusTests"</c>;
/// a line for each file goes to <c>MESIGN_CORPUS_REPORT</c>, or beside the folder, and what was signed to <c>MESIGN_CORPUS_KEEP</c> where
/// that names a folder.
/// </summary>
public class PdfCorpusTests
{
    private static readonly PadesLevel[] Levels = [PadesLevel.BB, PadesLevel.BT, PadesLevel.BLTA];

    [Fact(Explicit = true)]
    public async Task Signs_the_valid_pdfs_of_a_folder()
    {
        var folder = Environment.GetEnvironmentVariable("MESIGN_CORPUS")?.TrimEnd('/') ?? throw new InvalidOperationException("MESIGN_CORPUS names no folder");
        var report = Environment.GetEnvironmentVariable("MESIGN_CORPUS_REPORT") ?? $"{folder}.tsv";
        var alone = Environment.GetEnvironmentVariable("MESIGN_CORPUS_JUDGES") == "none";
        await using var revocation = await TestRevocationServer.StartAsync();
        await using var bench = await SigningBench.StartAsync(8192, revocation.Authority);
        var kept = Environment.GetEnvironmentVariable("MESIGN_CORPUS_KEEP");
        if (kept is not null)
            await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(kept).FullName, "root.pem"), revocation.Authority.Root.ExportCertificatePem(), TestContext.Current.CancellationToken);
        var files = Directory.EnumerateFiles(folder, "*.pdf", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        var judgements = new List<Judgement>();
        await using (var lines = File.CreateText(report))
        {
            foreach (var (index, file) in files.Index())
            {
                var judgement = await new Case(bench, file, Levels[index % 3], 1 + (index / 3 % 3), alone, kept).JudgeAsync();
                judgements.Add(judgement);
                await lines.WriteLineAsync(judgement.Line);
            }
        }

        judgements.Where(judgement => judgement.Result is Result.Fault).Select(judgement => judgement.Line).ShouldBeEmpty();
        judgements.Where(judgement => judgement.IsSlow).Select(judgement => judgement.Line).ShouldBeEmpty();
        var valid = judgements.Where(judgement => judgement is { IsValid: true, Result: not Result.Forbidden }).ToList();
        var refused = valid.Where(judgement => judgement.Result is Result.Refused).Select(judgement => judgement.Line).ToList();
        ((double)refused.Count).ShouldBeLessThanOrEqualTo(0.005 * valid.Count, string.Join('\n', refused));
    }

    private enum Result
    {
        Signed,
        Refused,

        /// <summary>A certification in it allows no signature.</summary>
        Forbidden,

        /// <summary>What must not happen, whatever the file.</summary>
        Fault,
    }

    /// <param name="IsValid">To qpdf: without errors, warnings aside.</param>
    /// <param name="Time">Of the first signature and its validation.</param>
    private sealed record Judgement(string File, long Bytes, bool IsValid, Result Result, TimeSpan Time, string Detail)
    {
        // Two seconds a megabyte, and for a small file its first second: machines stall.
        public bool IsSlow => Time.TotalSeconds > 1 + (2 * Bytes / 1e6);

        public string Line => string.Create(
            CultureInfo.InvariantCulture, $"{File}\t{Bytes}\t{(IsValid ? "valid" : "invalid")}\t{Result}\t{Time.TotalMilliseconds:F0}\t{Detail.ReplaceLineEndings(" ")}");
    }

    private sealed class Case(SigningBench bench, string file, PadesLevel level, int certify, bool alone, string? kept)
    {
        private readonly byte[] _original = File.ReadAllBytes(file);
        private readonly Stopwatch _watch = new();

        public async Task<Judgement> JudgeAsync()
        {
            var before = alone ? (ExitCode: 0, Output: string.Empty) : await Tool.RunAsync("qpdf", "--check", file);
            var (result, detail) = await SignAsync(before);
            return new(file, _original.Length, before.ExitCode is 0 or 3, result, _watch.Elapsed, detail);
        }

        private async Task<(Result Result, string Detail)> SignAsync((int ExitCode, string Output) before)
        {
            try
            {
                _watch.Start();
                var once = await bench.SignAsync(_original, bench.Certification with { Certify = certify, Level = level });
                var verdict = bench.Validate(once);
                _watch.Stop();
                Judge(once, verdict);
                var last = once;
                if (verdict.Signatures.All(signature => signature.Certification != 1))
                {
                    last = await bench.SignAsync(await bench.SignAsync(once));
                    Judge(last, bench.Validate(last));
                }

                if (kept is not null)
                    await File.WriteAllBytesAsync(Path.Combine(kept, Path.GetFileName(file)), last);
                if (!alone)
                    await AskOthersAsync(last, bench.Validate(last).Signatures.Count(signature => signature.Cms is not null && signature.IsValid), before);
                return (Result.Signed, level.ToString());
            }
            catch (StatementFailedException refusal) when (refusal.Code is FailureCode.DocumentSigningNotAllowed)
            {
                return (Result.Forbidden, refusal.Detail);
            }
            catch (StatementFailedException refusal)
            {
                return (Result.Refused, $"{refusal.Code}: {refusal.Detail}");
            }
#pragma warning disable CA1031 // Whatever it is, it goes into the report.
            catch (Exception fault)
            {
                return (Result.Fault, fault.ToString());
            }
#pragma warning restore CA1031
        }

        private void Judge(byte[] signed, PdfVerdict verdict)
        {
            signed.AsSpan(0, _original.Length).SequenceEqual(_original).ShouldBeTrue("the original's bytes are a prefix");
            var earlier = bench.Validate(_original).Signatures.ToDictionary(signature => signature.FieldName);
            var ours = verdict.Signatures.Where(signature => !earlier.ContainsKey(signature.FieldName)).ToList();
            ours.ShouldNotBeEmpty(string.Join(' ', verdict.Problems));
            ours.SelectMany(signature => signature.Problems).ShouldBeEmpty();
            ours[0].Level.ShouldBe(level);
            // Nothing new speaks against what was there and covered a revision.
            foreach (var signature in verdict.Signatures.Where(signature =>
                earlier.TryGetValue(signature.FieldName, out var was) && was.Coverage != SignatureCoverage.Broken))
            {
                signature.Problems.Except(earlier[signature.FieldName].Problems).ShouldBeEmpty();
            }
        }

        private static async Task AskOthersAsync(byte[] signed, int valid, (int ExitCode, string Output) before)
        {
            using var folder = new TestFolder();
            var path = folder.Write("signed.pdf", signed);
            var after = await Tool.RunAsync("qpdf", "--check", path);
            // What a linearized file is warned of is gone with the update: it is linearized no more.
            after.ExitCode.ShouldBeOneOf([0, before.ExitCode], after.Output);
            Warnings(after.Output).ShouldBeLessThanOrEqualTo(Warnings(before.Output), after.Output);
            if (before.ExitCode == 2)
                return;

            var seen = await Tool.RunAsync("pdfsig", "-nocert", path);
            Regex.Count(seen.Output, "Signature is Valid").ShouldBeGreaterThanOrEqualTo(valid, seen.Output);
        }

        private static int Warnings(string output) => Regex.Count(output, "^WARNING", RegexOptions.Multiline);
    }
}
