using System.Text;
using MeSign.Statements.Pdf;
using MeSign.Statements.Tests.Signing;

namespace MeSign.Statements.Tests.Pdf;

public class PdfMemoryTests
{
    private const long Limit = 64 << 20;

    /// <summary>Run alone, as it counts what the whole process allocates: <c>-explicit only -class "*.PdfMemoryTests"</c>.</summary>
    [Fact(Explicit = true)]
    public async Task Signs_200_MB_at_the_highest_level_in_little_memory()
    {
        await using var revocation = await TestRevocationServer.StartAsync();
        await using var bench = await SigningBench.StartAsync(8192, revocation.Authority);
        var request = bench.Certification with { Level = PadesLevel.BLTA };
        await bench.SignAsync(PdfBuilder.OnePage().Table(), request);
        using var folder = new TestFolder();
        Write(folder["large.pdf"], 200_000_000);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        await using (var input = File.OpenRead(folder["large.pdf"]))
        await using (var output = File.Create(folder["signed.pdf"]))
            await bench.Signer.SignAsync(input, output, request, TestContext.Current.CancellationToken);

        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        TestContext.Current.SendDiagnosticMessage("{0} bytes allocated", allocated);
        allocated.ShouldBeLessThan(Limit);
        await using var signed = File.OpenRead(folder["signed.pdf"]);
        bench.Validator.Validate(signed).Signatures[0].Level.ShouldBe(PadesLevel.BLTA);
        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan(2 * Limit);
    }

    // One page with an attachment of that size, as it would be on a disk.
    private static void Write(string path, int bytes)
    {
        using var file = File.Create(path);
        var head = "%PDF-1.7\n"u8;
        file.Write(head);
        var offsets = new List<long>();
        foreach (var body in new[]
        {
            "<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles 4 0 R >> >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
            $"<< /Type /EmbeddedFile /Length {bytes} >>\nstream\n",
        })
        {
            offsets.Add(file.Position);
            file.Write(Encoding.ASCII.GetBytes($"{offsets.Count} 0 obj\n{body}"));
            if (body.EndsWith("stream\n", StringComparison.Ordinal))
            {
                file.Seek(bytes, SeekOrigin.Current);
                file.Write("\nendstream"u8);
            }

            file.Write("\nendobj\n"u8);
        }

        var start = file.Position;
        file.Write(Encoding.ASCII.GetBytes("xref\n0 5\n0000000000 65535 f \n" + string.Concat(offsets.Select(offset => $"{offset:D10} 00000 n \n"))));
        file.Write(Encoding.ASCII.GetBytes($"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    }
}
