using System.Numerics;
using MeSign.Statements.Sandbox.Samples;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Sandbox;

public sealed class StatementDrawerTests : IAsyncLifetime
{
    private static readonly DateOnly October = new(2026, 10, 1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-drawer-");
    private StatementDrawer _drawer = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _drawer = await StatementDrawer.CreateAsync(Console.Error.WriteLine, Cancellation);

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Is_a_valid_pdf_of_two_to_four_pages_with_its_fonts(int person)
    {
        await WriteAsync("s.pdf", _drawer.Draw(Statement(person)));

        (await RunAsync("qpdf", "--check", "s.pdf")).ShouldSucceed().Output.ShouldContain("No syntax or stream encoding errors found");
        var pages = int.Parse((await RunAsync("qpdf", "--show-npages", "s.pdf")).ShouldSucceed().Output);
        pages.ShouldBeInRange(2, 4);
        var fonts = (await RunAsync("pdffonts", "s.pdf")).ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..];
        fonts.Length.ShouldBe(2);
        // Columns of pdffonts: embedded, subset, with a map to Unicode, object number and generation.
        foreach (var font in fonts)
            font.Split(' ', StringSplitOptions.RemoveEmptyEntries).Reverse().Skip(2).Take(3).ShouldBe(["yes", "yes", "yes"]);
    }

    [Fact]
    public async Task Shows_every_entry_and_a_balance_that_adds_up()
    {
        var statement = Statement(1);
        await WriteAsync("s.pdf", _drawer.Draw(statement));

        var text = (await RunAsync("pdftotext", "-layout", "s.pdf", "-")).ShouldSucceed().Output;

        text.ShouldContain("Výpis z účtu");
        text.ShouldContain("Počáteční zůstatek");
        text.ShouldContain(statement.Holder.Name);
        text.ShouldContain(statement.Iban);
        var amounts = text.Split('\n').Count(line => statement.Entries.Any(entry =>
            line.Contains(entry.Description, StringComparison.Ordinal)
            && line.Contains(Shown(statement, entry.Amount), StringComparison.Ordinal)));
        amounts.ShouldBe(statement.Entries.Count);
        var closing = text.Split('\n').Last(line => line.Contains("Konečný zůstatek", StringComparison.Ordinal));
        closing.ShouldContain(Shown(statement, statement.Opening + statement.Entries.Sum(entry => entry.Amount)));
    }

    [Fact]
    public async Task Numbers_its_pages()
    {
        await WriteAsync("s.pdf", _drawer.Draw(Statement(2)));
        var pages = int.Parse((await RunAsync("qpdf", "--show-npages", "s.pdf")).ShouldSucceed().Output);

        var text = (await RunAsync("pdftotext", "-layout", "s.pdf", "-")).ShouldSucceed().Output;

        for (var page = 1; page <= pages; page++)
            text.ShouldContain($"Page {page} of {pages}");
    }

    [Fact]
    public async Task Seal_is_one_page_with_its_fonts()
    {
        await WriteAsync("seal.pdf", _drawer.DrawSeal(SampleLanguage.Czech));

        (await RunAsync("qpdf", "--check", "seal.pdf")).ShouldSucceed();
        (await RunAsync("qpdf", "--show-npages", "seal.pdf")).Output.Trim().ShouldBe("1");
        (await RunAsync("pdftotext", "seal.pdf", "-")).Output.ShouldContain("Elektronicky zapečetila");
    }

    [Fact]
    public void Same_seed_makes_the_same_statement()
    {
        var one = Statement(5);
        var other = Statement(5);

        one.Entries.ShouldBe(other.Entries);
        one.Iban.ShouldBe(other.Iban);
        one.Holder.ShouldBe(other.Holder);
        SampleStatement.Make(SamplePerson.Number(5), October, 6).Entries.ShouldNotBe(one.Entries);
    }

    [Fact]
    public void People_have_addresses_of_their_own()
    {
        var addresses = Enumerable.Range(0, 1_000).Select(number => SamplePerson.Number(number).Email).ToList();

        addresses.Distinct(StringComparer.OrdinalIgnoreCase).Count().ShouldBe(1_000);
        addresses.ShouldAllBe(address => address.EndsWith("@example.test", StringComparison.Ordinal));
    }

    [Fact]
    public void Account_numbers_have_right_check_digits()
    {
        foreach (var person in Enumerable.Range(0, 50))
        {
            var plain = Statement(person).Iban.Replace(" ", "", StringComparison.Ordinal);
            // ISO 13616: moved to the end and read as digits (C = 12, Z = 35), the number is 1 modulo 97.
            var number = BigInteger.Parse(plain[4..] + "1235" + plain[2..4]);

            plain.Length.ShouldBe(24);
            (number % 97).ShouldBe(BigInteger.One);
        }
    }

    // pdftotext shows the no-break space between thousands as a plain one.
    private static string Shown(SampleStatement statement, decimal amount) =>
        statement.Holder.Language.Format(amount).Replace('\u00A0', ' ');

    private static SampleStatement Statement(int person) => SampleStatement.Make(SamplePerson.Number(person), October, person);

    private Task WriteAsync(string name, byte[] content) => File.WriteAllBytesAsync(Path.Combine(_folder.FullName, name), content, Cancellation);

    private Task<ExternalProgram> RunAsync(string program, params string[] arguments) => ExternalProgram.RunAsync(program, _folder.FullName, arguments);
}
