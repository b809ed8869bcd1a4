using System.Text;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>Seals to put on pages, and what they look like there.</summary>
public abstract class PdfSealBench
{
    // 100 by 50 as it is shown, whichever way its page is turned.
    private protected static byte[] Seal(int turned)
    {
        var (box, black) = turned switch
        {
            90 => ("[0 0 50 100]", "0 0 50 50 re f"),
            270 => ("[0 0 50 100]", "0 50 50 50 re f"),
            _ => ("[0 0 100 50]", "0 0 50 50 re f"),
        };
        return new PdfBuilder()
            .Object(1, "<< /Type /Catalog /Pages 2 0 R >>")
            .Object(2, $"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox {box} /Rotate {turned} /Resources << /ExtGState << /G 6 0 R >> >> >>")
            .Object(3, "<< /Type /Page /Parent 2 0 R /Contents [4 0 R 5 0 R] >>")
            .Stream(4, "", "/G gs 0 g")
            .Stream(5, "", black)
            .Object(6, "<< /CA 1 >>")
            .Table();
    }

    private protected static async Task<Picture> DrawAsync(TestFolder folder, byte[] signed, int page)
    {
        var drawn = await Tool.RunAsync(
            "pdftoppm", "-r", "72", "-gray", "-cropbox", "-f", $"{page}", "-singlefile", folder.Write("signed.pdf", signed), folder["page"]);
        drawn.ExitCode.ShouldBe(0, drawn.Output);
        return new Picture(await File.ReadAllBytesAsync(folder["page.pgm"], TestContext.Current.CancellationToken));
    }

    /// <summary>A binary PGM of a byte a point, asked from its lower left corner.</summary>
    private protected sealed class Picture(byte[] file)
    {
        private readonly int[] _size = [.. Encoding.ASCII.GetString(file, 0, 20).Split('\n')[1].Split(' ').Select(int.Parse)];

        public bool IsDark(int x, int y) => file[file.Length - (_size[0] * _size[1]) + ((_size[1] - 1 - y) * _size[0]) + x] < 128;
    }
}
